from __future__ import annotations

import json

import numpy as np
import pytest

import metrics
from metrics import METRICS
from metrics.errors import (
    InvalidMetricError,
    InvalidSettingError,
    MissingEvidenceError,
    NotConvergedError,
    TooFewSamplesError,
    UnknownNameError,
)
from metrics.inputs.opening import open_network
from metrics.planning.selection import Omissions, select
from metrics.results.formats import as_csv, as_json
from tests.support.metric_world import ToyGenerator

ROLES = {"generated", "reference", "held_out", "generator", "discriminator", "contest"}


def test_names_and_selections_may_be_mixed():
    choices = select(["kid", "paper", "kid"], ROLES, Omissions())
    assert choices[0].metric.name == "kid"
    assert choices[0].required
    assert {"fid", "kid", "inception_score"} <= {choice.metric.name for choice in choices}
    assert [choice.required for choice in choices if choice.metric.name == "fid"] == [False]
    assert len(select(["all"], ROLES, Omissions())) == len(METRICS.names())


def test_nothing_and_unknown_names_are_refused():
    with pytest.raises(InvalidSettingError, match="No metric is named"):
        select([], ROLES, Omissions())
    with pytest.raises(UnknownNameError, match="did you mean 'fid'"):
        select(["fdi"], ROLES, Omissions())


@pytest.fixture
def paper(small_extractor, pictures):
    """The selection "paper" on 40 pictures."""

    def run(**given):
        return metrics.evaluate(
            **{"generated": pictures(1, 40), "metrics": ["paper"], "extractor": small_extractor, **given}
        )

    return run


def test_what_can_t_run_is_left_out_with_a_sentence(paper):
    found = paper()
    reasons = {item.metric: item.reason for item in found.left_out}
    assert "needs reference images, but none are given" in reasons["fid"]
    assert "inception_score" in {result.metric for result in found}
    assert not reasons.keys() & {result.metric for result in found}


def test_one_image_leaves_out_only_what_it_is_too_few_for(paper, pictures):
    found = paper(reference=pictures(2, 1))
    reasons = {item.metric: item.reason for item in found.left_out}
    assert reasons["fid"] == reasons["fid_infinity"] == "A covariance takes at least 2 images; given: 1."
    assert "inception_score" in {result.metric for result in found}


def test_too_few_images_for_what_is_named_are_refused_before_anything_is_measured(paper, pictures):
    with pytest.raises(TooFewSamplesError, match="takes at least 2 images; given: 1"):
        paper(metrics=["paper", "fid"], reference=pictures(2, 1))


def test_what_is_named_is_never_left_out(paper):
    with pytest.raises(MissingEvidenceError, match="Fréchet Inception Distance needs reference images"):
        paper(metrics=["paper", "fid"])


def test_missing_outputs_leave_out_only_what_needs_them(paper, pictures):
    # EfficientNet has no spatial features, and sFID is nothing without them.
    found = paper(
        metrics=["all"], extractor="efficientnet_lite0", reference=pictures(2, 12), generated=pictures(1, 12)
    )
    reasons = {item.metric: item.reason for item in found.left_out}
    assert "gives no spatial" in reasons["sfid"]
    assert {"fid", "kid", "inception_score"} <= {result.metric for result in found}
    assert all(item.reason.endswith((".", "…")) for item in found.left_out)


def test_a_generator_serves_metrics_that_make_images(paper, pictures):
    found = paper(
        metrics=["kid"], generated=None, generator=ToyGenerator(), reference=pictures(2, 30), samples=25
    )
    assert found[0].n_generated == 25
    with pytest.raises(MissingEvidenceError, match="object can't be the generator"):
        open_network("generator", object())


def test_files_say_all_and_hold_no_number_that_isn_t_one(paper, pictures):
    found = paper(reference=pictures(2, 50))
    written = json.loads(as_json(found))
    assert [item["quantity"] for item in written["results"]] == [result.quantity for result in found]
    assert {"low", "high", "interval", "seconds", "settings", "provenance", "warnings"} <= written["results"][
        0
    ].keys()
    assert {"weights_digest", "metrics", "torch", "generated_digest"} <= written["results"][0][
        "provenance"
    ].keys()
    lines = as_csv(found).splitlines()
    assert len(lines) == len(found) + 1
    assert lines[0].startswith("metric,quantity,title,value,low,high")


def test_a_layer_is_part_of_the_name():
    metric = METRICS.get("fid")
    name, title = metric.label(metric.quantities[0], "inception_v3", "Inception v3 (2015)", "768")
    assert name == "frechet_distance_inception_v3_768"
    assert title == "Fréchet distance (Inception v3 (2015), 768)"


def test_a_missing_layer_is_named(paper, pictures):
    with pytest.raises(MissingEvidenceError, match="gives no features_768"):
        paper(metrics=["fid"], layer="768", reference=np.zeros((4, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("name", ["all", "paper"])
def test_a_selection_names_the_files_that_can_t_be_used(monkeypatch, name):
    sentence = "metrics/catalogue/mine.py can't be used: SyntaxError."
    monkeypatch.setattr(type(METRICS), "faults", {"mine": sentence})
    omissions = Omissions()
    assert "fid" in {choice.metric.name for choice in select([name, "all"], ROLES, omissions)}
    assert [(item.metric, item.reason) for item in omissions.found] == [("mine", sentence)]
    assert select(["fid"], ROLES, Omissions())[0].required
    with pytest.raises(InvalidMetricError, match=r"mine\.py can't be used"):
        select(["mine"], ROLES, Omissions())


def test_what_has_not_converged_is_left_out_of_a_selection_and_refused_by_name():
    name = "annealed_importance_sampling"
    omissions = Omissions()
    (chosen,) = (choice for choice in select(["all"], ROLES, Omissions()) if choice.metric.name == name)
    with omissions.of(chosen):
        raise NotConvergedError("Not converged: raise `distributions`.")
    assert [left.reason for left in omissions.found] == ["Not converged: raise `distributions`."]
    (named,) = select([name], ROLES, Omissions())
    with pytest.raises(NotConvergedError), omissions.of(named):
        raise NotConvergedError("Not converged: raise `distributions`.")
