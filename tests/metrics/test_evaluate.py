from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

import metrics
from metrics.errors import (
    ImageReadError,
    InvalidMetricError,
    InvalidSettingError,
    MissingEvidenceError,
    TooFewSamplesError,
    UnknownNameError,
)
from metrics.evidence.kinds import Features
from metrics.extractors import extraction
from metrics.images.arrays import ArrayImages
from metrics.registry.metric import METRICS, Quantity, register

ALL = ["fid", "kid", "inception_score"]


@pytest.fixture
def evaluate(small_extractor, pictures):
    """`metrics.evaluate` of 40 pictures against 50, with the small extractor."""

    def run(**changes):
        given = {
            "generated": pictures(1, 40),
            "reference": pictures(2, 50),
            "metrics": ALL,
            "extractor": small_extractor,
        }
        return metrics.evaluate(**{**given, **changes})

    return run


class CancelledError(Exception):
    pass


def test_one_pass_serves_all_metrics(evaluate, small_extractor):
    results = evaluate()
    assert small_extractor.network.images_seen == 40 + 50
    assert list(dict.fromkeys(result.metric for result in results)) == ALL


def test_each_metric_alone_gives_the_same(evaluate):
    together = {result.quantity: result.value for result in evaluate()}
    alone = {result.quantity: result.value for name in ALL for result in evaluate(metrics=[name])}
    assert together == alone


def test_results_come_metric_by_metric_as_they_are_computed(evaluate):
    came = []
    found = evaluate(on_result=lambda results: came.append([result.metric for result in results]))
    assert came == [["fid"], ["kid", "kid"], ["inception_score"]]
    assert [result.metric for result in found] == [name for names in came for name in names]


def test_what_the_listener_of_results_raises_cancels(evaluate):
    came = []

    def cancel(results) -> None:
        came.append(results[0].metric)
        raise CancelledError

    with pytest.raises(CancelledError):
        evaluate(on_result=cancel)
    assert came == ["fid"]


@pytest.mark.parametrize(
    ("changes", "failed", "reason"),
    [
        ({"reference": None}, {"fid", "kid"}, "needs reference images"),
        ({"metrics": ["fdi", *ALL]}, {"fdi"}, "did you mean 'fid'"),
        ({"generated": np.zeros((1, 4, 4, 3), np.uint8), "metrics": ALL}, {"fid"}, "at least 2"),
    ],
)
def test_with_a_listener_what_fails_takes_nothing_from_the_others(evaluate, changes, failed, reason):
    told = []
    found = evaluate(on_failure=told.append, **changes)
    assert failed <= {omitted.metric for omitted in told}
    assert any(reason in omitted.reason for omitted in told)
    assert found.left_out == tuple(told)
    asked = {*changes.get("metrics", ALL)}
    assert {result.metric for result in found} == asked - {omitted.metric for omitted in told}


@pytest.fixture
def undefined():
    """A registered metric whose number is always NaN."""

    @register(
        name="undefined",
        title="Undefined",
        paper="none",
        quantities=[Quantity("undefined", better="lower", ideal=0.0, senses={"fidelity"})],
    )
    def compute(generated: Features) -> dict[str, float]:
        return {"undefined": math.nan}

    yield "undefined"
    METRICS.remove("undefined")


def test_with_a_listener_a_metric_that_breaks_is_told_and_the_others_are_computed(evaluate, undefined):
    told = []
    found = evaluate(metrics=[undefined, *ALL], on_failure=told.append)
    assert [omitted.metric for omitted in told] == [undefined]
    assert "reports NaN" in told[0].reason
    assert {result.metric for result in found} == set(ALL)
    with pytest.raises(InvalidMetricError, match="reports NaN"):
        evaluate(metrics=[undefined, *ALL])


def test_values_are_those_of_the_features(evaluate, small_extractor, pictures, make_features):
    pixels = [torch.from_numpy(pictures(*key)).permute(0, 3, 1, 2) for key in ((2, 50), (1, 40))]
    protocol = metrics.images.protocols.get_protocol("tf1")
    features = [
        make_features(small_extractor.network(protocol.prepare(list(images), 8))["features"])
        for images in pixels
    ]
    expected = metrics.METRICS.get("kid").compute(*features)["kid"].value
    found = evaluate(metrics=["kid"], protocol="tf1")[0]
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert found.protocol == "tf1"


def test_names_are_honest_about_the_extractor(evaluate):
    names = [(result.quantity, result.title) for result in evaluate()]
    assert names == [
        ("frechet_distance_small", "Fréchet distance (Small)"),
        ("kernel_distance_small", "Kernel distance (Small)"),
        ("kernel_distance_full_small", "Kernel distance, all images at once (Small)"),
        ("class_score_small", "Class score (Small)"),
    ]


def test_results_carry_what_makes_them_comparable(evaluate):
    kid = evaluate(metrics=["kid"], seed=3, settings={"kid": {"subsets": 7}})[0]
    assert (kid.n_generated, kid.n_reference, kid.better) == (40, 50, "lower")
    assert kid.settings == {"subsets": 7, "subset_size": 1000, "degree": 3, "seed": 3}
    assert (kid.extractor, kid.protocol) == ("small", "pytorch_fid")
    assert kid.provenance["weights_digest"] == "none"
    assert len({kid.provenance["generated_digest"], kid.provenance["reference_digest"]}) == 2
    assert "40 images" in kid.warnings[0]
    assert json.loads(json.dumps(kid.as_dict()))["value"] == kid.value


def test_a_metric_without_reference_has_no_reference_count(evaluate):
    score = evaluate(metrics=["inception_score"], reference=None)[0]
    assert (score.n_generated, score.n_reference) == (40, None)
    assert score.std > 0


def test_progress_counts_every_image_once(evaluate):
    seen = []
    evaluate(progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (90, 90)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_a_second_evaluation_reads_no_image(evaluate, small_extractor, tmp_path, pictures):
    first = evaluate(cache=tmp_path)
    seen = small_extractor.network.images_seen
    unread = metrics.open_images(pictures(1, 40))
    unread = replace(unread, source=_Unreadable(unread.source.pixels))
    second = evaluate(cache=tmp_path, generated=unread)
    assert small_extractor.network.images_seen == seen
    assert [result.value for result in first] == [result.value for result in second]


class _Unreadable(ArrayImages):
    def read(self, start, stop):
        raise AssertionError("an image was read")


@pytest.mark.parametrize("change", ["protocol", "weights_digest", "images"])
def test_the_cache_tells_apart_what_differs(evaluate, small_extractor, tmp_path, pictures, change):
    evaluate(cache=tmp_path, metrics=["inception_score"])
    seen = small_extractor.network.images_seen
    changes = {
        "protocol": {"protocol": "tf1"},
        "weights_digest": {"extractor": replace(small_extractor, weights_digest="others")},
        "images": {"generated": pictures(3, 40)},
    }[change]
    evaluate(cache=tmp_path, metrics=["inception_score"], **changes)
    assert small_extractor.network.images_seen == seen + 40


def test_a_cancelled_evaluation_goes_on_where_it_was(evaluate, small_extractor, tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "CHUNK_IMAGES", 8)
    monkeypatch.setattr(extraction, "BATCH_IMAGES", 4)

    def cancel(done: int, total: int) -> None:
        if done == 28:  # reference: three chunks of 8, and a half
            raise CancelledError

    with pytest.raises(CancelledError):
        evaluate(cache=tmp_path, progress=cancel)
    before = small_extractor.network.images_seen
    resumed = evaluate(cache=tmp_path)
    assert before == 28
    assert small_extractor.network.images_seen - before == 90 - 24
    assert [result.value for result in resumed] == [result.value for result in evaluate()]


def test_a_damaged_cache_is_computed_again(evaluate, small_extractor, tmp_path):
    first = evaluate(cache=tmp_path)
    files = sorted(tmp_path.rglob("*.safetensors"))
    files[0].write_bytes(files[0].read_bytes()[:-1])
    assert [result.value for result in evaluate(cache=tmp_path)] == [result.value for result in first]
    assert small_extractor.network.images_seen in (90 + 40, 90 + 50)


def test_the_number_of_threads_is_put_back(evaluate):
    before = torch.get_num_threads()
    evaluate()
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"metrics": ["fdi"]}, UnknownNameError, "did you mean 'fid'"),
        ({"extractor": "inception"}, UnknownNameError, "did you mean 'inception_v3'"),
        ({"protocol": "tf2"}, UnknownNameError, "did you mean 'tf1'"),
        ({"settings": {"kid": {"subset": 1}}}, UnknownNameError, "did you mean 'subsets'"),
        ({"settings": {"prdc": {}}}, UnknownNameError, "among those asked for"),
        ({"settings": {"kid": {"subsets": "1"}}}, InvalidSettingError, "of type int"),
        ({"reference": None}, MissingEvidenceError, "needs reference images"),
        ({"generated": []}, ImageReadError, "empty"),
        (
            {"generated": np.zeros((1, 4, 4, 3), np.uint8), "metrics": ["fid"]},
            TooFewSamplesError,
            "at least 2",
        ),
    ],
)
def test_mistakes_are_named(evaluate, changes, error, message):
    with pytest.raises(error, match=message):
        evaluate(**changes)


def test_mistakes_are_named_before_any_image_is_looked_at(evaluate, small_extractor):
    blind = replace(small_extractor, outputs=frozenset({"features"}))
    with pytest.raises(MissingEvidenceError, match="Small gives no probabilities"):
        evaluate(extractor=blind)
    assert small_extractor.network.images_seen == 0


def test_efficientnet_measures_real_images_offline(pictures):
    results = metrics.evaluate(
        generated=pictures(1, 12),
        reference=pictures(2, 12),
        metrics=ALL,
        extractor="efficientnet_lite0",
        download=False,
    )
    assert [result.quantity for result in results] == [
        "frechet_distance_efficientnet_lite0",
        "kernel_distance_efficientnet_lite0",
        "kernel_distance_full_efficientnet_lite0",
        "class_score_efficientnet_lite0",
    ]
    assert all(np.isfinite(result.value) for result in results)
