"""From stored answers to a study's table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evalsite.results.estimates import estimate_study
from evalsite.results.queries import count_sessions, summarise_timing, tabulate
from evalsite.results.scope import Scope
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.runs.records import import_values
from evalsite.studies.models import Condition
from evalsite.trials.services import start_preview


def rates(study, **scope):
    table = tabulate(Scope(study, **scope))
    return {row.condition: row.human.get("deception_rate") for row in table.rows}


def test_estimates_follow_the_answers(make_study, answer):
    study = make_study(trials=24)
    answer(study, 4, ability=9.0, lapse=0.0)
    found = rates(study)
    assert {name: estimate.value for name, estimate in found.items()} == {"gan": 0.0, "vae": 0.0}
    assert found["gan"].n_raters == 4


def test_one_more_rater_changes_the_page_at_once(make_study, answer):
    study = make_study()
    assert rates(study) == {"gan": None, "vae": None}
    answer(study, 2)
    assert rates(study)["gan"].n_raters == 2
    answer(study, 1)
    assert rates(study)["gan"].n_raters == 3


def test_an_unchanged_study_is_not_estimated_again(make_study, answer, django_assert_max_num_queries):
    study = make_study()
    answer(study, 2)
    first = estimate_study(Scope(study))
    with django_assert_max_num_queries(4):
        assert estimate_study(Scope(study)) == first


def test_simulated_raters_and_previews_do_not_count(make_study, answer, now):
    study = make_study()
    answer(study, 3, kind="simulated")
    start_preview(study=study, now=now)
    assert rates(study) == {"gan": None, "vae": None}
    assert rates(study, simulated=True)["gan"].n_raters == 3
    assert count_sessions(study).simulated_completed == 3


def test_unfinished_sessions_do_not_count(make_study, answer):
    study = make_study()
    for session in answer(study, 2):
        session.state, session.completed_at = "running", None
        session.save()
    assert rates(study)["gan"] is None
    assert count_sessions(study).live_unfinished == 2


def test_a_draft_shows_its_metrics_already(make_study, now):
    study = make_study()
    study.versions.all().delete()
    measured = Condition.objects.get(study=study, name="gan").sample_set
    import_values(
        sample_set=measured, values={"fid": 7.5}, provenance={"source": "a.csv", "digest": "0"}, now=now
    )
    assert tabulate(Scope(study)).rows[0].metrics["fid"].value == 7.5


def test_metrics_are_the_newest_against_the_studys_reference(make_study, make_set, now):
    study = make_study()
    measured = Condition.objects.get(study=study, name="gan").sample_set
    elsewhere = make_set("other real", "reference")
    for days, reference, value in (
        (0, study.reference_set, 9.0),
        (1, study.reference_set, 8.0),
        (2, elsewhere, 1.0),
    ):
        run = MetricRun.objects.create(
            sample_set=measured,
            reference_set=reference,
            metrics=["fid"],
            created_at=now + timedelta(days=days),
        )
        MetricValue.objects.create(run=run, metric="fid", quantity="fid", value=value, better="lower")
    row = tabulate(Scope(study)).rows[0]
    assert row.metrics["fid"].value == 8.0
    assert row.metrics["fid"].imported is None


def test_what_looks_at_no_real_images_counts_whatever_it_was_measured_beside(make_study, make_set, now):
    study = make_study()
    measured = Condition.objects.get(study=study, name="gan").sample_set
    run = MetricRun.objects.create(
        sample_set=measured, reference_set=make_set("other real", "reference"),
        metrics=["fid", "inception_score"], created_at=now,
    )  # fmt: skip
    for name in run.metrics:
        MetricValue.objects.create(run=run, metric=name, quantity=name, value=3.0)
    assert set(tabulate(Scope(study)).rows[0].metrics) == {"inception_score"}


def test_blocks_that_ask_the_same_are_one_estimate_over_all_their_trials(make_study, answer):
    unlimited = ("rapid_scene", {"exposure": "unlimited"})
    study = make_study(blocks=(unlimited, ("rapid_scene", {}), unlimited), trials=8)
    answer(study, 2)
    pooled, flashed = estimate_study(Scope(study))
    assert (pooled.blocks, flashed.blocks) == ((1, 3), (2,))
    trials = {e.condition: e.n_trials for e in pooled.estimates if e.quantity == "deception_rate_generated"}
    assert trials == {"gan": 2 * 4, "vae": 2 * 4}
    assert pooled.heading.startswith("Blocks 1 and 3, taken together: Rapid scene judgement, exposure unlim")
    labels = {column.key: column.label for column in tabulate(Scope(study)).human}
    assert labels["d_prime_block_1_3"] == "d′, exposure unlimited, until the answer"
    assert labels["d_prime_block_2"] == "d′, exposure fixed"


def test_blocks_that_ask_differently_are_columns_apart(make_study, answer):
    study = make_study(blocks=(("rapid_scene", {}), ("rapid_scene", {"exposure": "unlimited"})), trials=8)
    answer(study, 2)
    keys = [column.key for column in tabulate(Scope(study)).human]
    assert {"deception_rate_block_1", "deception_rate_block_2"} <= set(keys)


@pytest.mark.parametrize("task", ["rapid_scene", "pairwise"])
def test_timing_is_told_by_browser_and_system(make_study, answer, task):
    study = make_study(blocks=((task, {"exposure_ms": 100}),), trials=6)
    answer(study, 2, spoiled=3)
    (group,) = summarise_timing(Scope(study))
    assert (group.browser, group.os) == ("Chrome", "Linux")
    assert group.invalid == 6
    assert group.trials == 2 * (
        6 + 1 + 1 + 2
    )  # scored, practice, catch, and repeats of the spoiled but the practice
    assert set(group.shown_ms) == {100}
    assert group.side_px == (256, 256, 256)
    assert group.mean_ms == pytest.approx(0.0, abs=1e-9)


def test_pairs_are_ranked_with_real_images_apart(make_study, answer):
    study = make_study(blocks=(("pairwise", {"compare": "both"}),), trials=18)
    answer(study, 6, ability=3.0, strengths={"gan": 1.5})
    table = tabulate(Scope(study))
    strengths = {row.condition: row.human["bradley_terry_strength"].value for row in table.rows}
    assert list(strengths) == ["gan", "vae", "real"]
    assert strengths["real"] > strengths["gan"] > strengths["vae"]
    assert table.overall[0][0].quantity == "side_bias"
