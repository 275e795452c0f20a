"""Whole studies of simulated raters whose truth is known: the estimators find it again.

Tolerances are a few standard errors of the planned studies and stated beside each; seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from evalsite.tasks.protocol import REAL, Estimate, ScoredTrial, tallied
from evalsite.tasks.registry import get
from evalsite.tasks.simulation import SimulatedRater

Study = Callable[..., list[ScoredTrial]]
Found = dict[tuple[str, str], Estimate]
share = NormalDist().cdf


def _estimates(task: str, values: dict[str, object], trials: list[ScoredTrial]) -> Found:
    entry = get(task)
    params = entry.Params.from_json(values)
    found = entry.estimate(params, tallied(entry, params, trials))
    return {(estimate.condition, estimate.quantity): estimate for estimate in found}


def _raters(count: int, *, spread: float = 0.0, **truth: object) -> list[SimulatedRater]:
    """Raters whose abilities spread normally around the one given."""
    rng = np.random.default_rng(3)
    ability = float(truth.pop("ability", 1.5))
    return [SimulatedRater(ability=ability + spread * rng.standard_normal(), **truth) for _ in range(count)]


def _holds(estimate: Estimate, truth: float, tolerance: float) -> None:
    assert estimate.value == pytest.approx(truth, abs=tolerance)
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low - tolerance / 2 < truth < estimate.high + tolerance / 2
    assert estimate.low < estimate.value < estimate.high


@pytest.mark.parametrize("between", [False, True])
def test_sensitivity_bias_and_deception(run_study: Study, between: bool) -> None:
    """d′ to ±.12 (the log-linear correction takes up to .06), criterion to ±.06, rates to ±.03."""
    raters = _raters(40, ability=1.6, bias=0.3, lapse=0.0, strengths={"b": 0.8}, spread=0.2)
    found = _estimates("rapid_scene", {}, run_study("rapid_scene", {}, raters, between=between, trials=200))
    for condition, d_prime in {"a": 1.6, "b": 0.8}.items():
        false_alarms, misses = share(-0.8 - 0.3), 1 - share(d_prime - 0.8 - 0.3)
        _holds(found[condition, "d_prime"], d_prime, 0.12)
        _holds(found[condition, "criterion"], 0.3 + (1.6 - d_prime) / 2, 0.06)
        _holds(found[condition, "deception_rate_generated"], misses, 0.03)
        _holds(found[condition, "deception_rate_real"], false_alarms, 0.03)
        _holds(found[condition, "deception_rate"], (misses + false_alarms) / 2, 0.03)
        assert found[condition, "d_prime"].n_raters == (20 if between else 40)


def test_within_and_between_measure_the_same_deception_rate(run_study: Study) -> None:
    raters = _raters(30, ability=1.5, lapse=0.0, strengths={"b": 1.0, "c": 0.4})
    conditions = ("a", "b", "c")
    within, between = (
        _estimates(
            "rapid_scene",
            {},
            run_study("rapid_scene", {}, raters, conditions=conditions, between=b, trials=180),
        )
        for b in (False, True)
    )
    for condition in conditions:
        difference = within[condition, "deception_rate"].value - between[condition, "deception_rate"].value
        assert abs(difference) < 0.04


def test_images_better_than_real_deceive_more_often_than_chance(run_study: Study) -> None:
    raters = _raters(20, ability=1.0, lapse=0.0, strengths={"a": 2.0})
    found = _estimates("rapid_scene", {}, run_study("rapid_scene", {}, raters, conditions=["a"]))
    assert found["a", "d_prime"].high < 0
    assert found["a", "deception_rate"].low > found["a", "deception_rate"].chance


def test_lapses_lower_sensitivity_as_they_do_in_people(run_study: Study) -> None:
    raters = _raters(20, ability=3.0, lapse=0.2)
    found = _estimates("rapid_scene", {}, run_study("rapid_scene", {}, raters, conditions=["a"]))
    _holds(found["a", "deception_rate"], 0.1 + 0.8 * share(-1.5), 0.03)


@pytest.mark.parametrize("threshold_ms", [150.0, 350.0])
def test_staircase_thresholds(run_study: Study, threshold_ms: float) -> None:
    """75 % correct means d′ = 2 z(.75); the exposure that leaves so much of the ability, to ±15 %."""
    values = {"exposure": "staircase"}
    raters = _raters(30, ability=3.0, lapse=0.0, threshold_ms=threshold_ms, strengths={"b": 0.8})
    found = _estimates("rapid_scene", values, run_study("rapid_scene", values, raters, trials=240))
    real, needed = 3.0, 2 * NormalDist().inv_cdf(0.75)
    left_over = needed / real
    truth = threshold_ms * left_over / (1 - left_over)
    _holds(found["a", "threshold_ms"], truth, 0.15 * truth)
    assert found["b", "threshold_ms"].low > truth
    assert "compare thresholds instead" in found["a", "deception_rate"].note
    modal = {condition: found[condition, "modal_exposure_ms"].value for condition in "ab"}
    assert truth < modal["a"] < modal["b"], "the mode follows, though it also counts the way down from 500 ms"


def test_preference_strengths_ties_and_side_bias(run_study: Study) -> None:
    """Strengths to ±.15 logits."""
    truth = {"a": 0.0, "b": 0.7, "c": 1.4}
    values = {"allow_tie": True}
    raters = _raters(25, lapse=0.0, strengths=truth, side_bias=0.4, ties=0.5)
    found = _estimates(
        "pairwise", values, run_study("pairwise", values, raters, conditions=list(truth), trials=120)
    )
    for condition, strength in truth.items():
        _holds(found[condition, "bradley_terry_strength"], strength - 0.7, 0.15)
    _holds(found["", "side_bias"], 0.4, 0.12)
    assert (REAL, "bradley_terry_strength") not in found


def test_real_against_generated_ties_all_conditions_to_one_scale(run_study: Study) -> None:
    """Raters who each saw one condition share the real images: strengths to ±.2 logits, rates to ±.04."""
    values = {"compare": "real_vs_generated"}
    raters = _raters(40, ability=1.2, lapse=0.0, strengths={"a": 0.0, "b": 0.8})
    found = _estimates("pairwise", values, run_study("pairwise", values, raters, between=True))
    for condition, strength in {"a": 0.0, "b": 0.8}.items():
        lead = found[REAL, "bradley_terry_strength"].value - found[condition, "bradley_terry_strength"].value
        assert lead == pytest.approx(1.2 - strength, abs=0.2)
        _holds(found[condition, "deception_rate"], 1 / (1 + np.exp(1.2 - strength)), 0.04)


def test_rater_intervals_cover_where_trial_intervals_would_not(run_study: Study) -> None:
    """Raters differ in bias: in 33 or more of 40 small studies, the interval holds the truth."""
    covered = 0
    for study in range(40):
        rng = np.random.default_rng(study)
        raters = [SimulatedRater(ability=1.5, bias=0.5 * rng.standard_normal(), lapse=0.0) for _ in range(12)]
        trials = run_study("rapid_scene", {}, raters, conditions=["a"], trials=30, seed=study)
        rate = _estimates("rapid_scene", {}, trials)["a", "deception_rate_generated"]
        truth = 1 - share(0.75 / np.hypot(1, 0.5))
        covered += rate.low <= truth <= rate.high
    assert covered >= 33
