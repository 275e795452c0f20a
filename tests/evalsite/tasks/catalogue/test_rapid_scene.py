from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evalsite.tasks.catalogue.rapid_scene import RapidScene, RapidSceneParams
from evalsite.tasks.errors import InvalidParamsError, InvalidResponseError, PlanError
from evalsite.tasks.protocol import (
    REAL,
    Estimate,
    Materials,
    PlannedTrial,
    ScoredTrial,
    Source,
    Stimulus,
    tallied,
)

TASK = RapidScene()
FIXED = RapidSceneParams()
STAIRCASE = RapidSceneParams(exposure="staircase")
Make = Callable[..., Materials]


def _estimated(params: RapidSceneParams, trials: list[ScoredTrial]) -> list[Estimate]:
    return TASK.estimate(params, tallied(TASK, params, trials))


def _plan(materials: Materials, params: RapidSceneParams = FIXED, **counts: int) -> list[PlannedTrial]:
    return TASK.plan(params, materials, **{"trials": 60, "practice": 4, "catch": 3, "seed": 1, **counts})


def _of_kind(plan: list[PlannedTrial], kind: str) -> list[PlannedTrial]:
    return [trial for trial in plan if trial.kind == kind]


def _trial(condition: str = "a", **settings: Any) -> PlannedTrial:
    fixed = {"keys": {"real": "f", "generated": "j"}, "mask_seed": 1, **settings}
    return PlannedTrial("scored", (Stimulus("image", condition, 0),), fixed)


def _answered(correct: bool, staircase: str, *, kind: str = "scored", valid: bool = True) -> ScoredTrial:
    trial = replace(_trial(staircase=staircase), kind=kind)
    return ScoredTrial(trial, {"exposure_ms": 500}, {"correct": correct}, valid)


def test_half_is_real_and_conditions_share_the_rest(materials: Make) -> None:
    scored = _of_kind(_plan(materials("a", "b", "c")), "scored")
    assert Counter(trial.stimuli[0].condition for trial in scored) == {REAL: 30, "a": 10, "b": 10, "c": 10}


@pytest.mark.parametrize(
    ("trials", "share", "real"), [(7, 0.5, {3, 4}), (10, 0.25, {2, 3}), (10, 0.0, {0}), (10, 1.0, {10})]
)
def test_odd_counts_are_rounded_by_chance(materials: Make, trials: int, share: float, real: set[int]) -> None:
    params = RapidSceneParams(real_share=share)
    plans = [
        _plan(materials("a"), params, trials=trials, catch=0, practice=0, seed=seed) for seed in range(30)
    ]
    assert {sum(trial.stimuli[0].real for trial in plan) for plan in plans} == real


def test_no_image_comes_twice_where_the_set_suffices(materials: Make) -> None:
    plan = _plan(materials("a", images=34), trials=60)
    shown = Counter(trial.stimuli[0] for trial in plan)
    assert max(shown.values()) == 1, "30 scored, 2 practice and at most 2 catch images of each kind"


def test_a_set_too_small_repeats_evenly(materials: Make) -> None:
    shown = Counter(trial.stimuli[0] for trial in _plan(materials("a", images=10), practice=0, catch=0))
    assert set(shown.values()) == {3}


def test_practice_comes_first_and_catch_trials_in_between(materials: Make) -> None:
    kinds = [trial.kind for trial in _plan(materials("a"), catch=3)]
    assert kinds[:4] == ["practice"] * 4
    assert kinds[4] == "scored"
    assert kinds.count("catch") == 3


@pytest.mark.parametrize(("mirrored", "real_key"), [(False, "f"), (True, "j")])
def test_mirrored_raters_have_the_keys_the_other_way_round(
    materials: Make, mirrored: bool, real_key: str
) -> None:
    plan = _plan(materials("a"), mirrored=mirrored)
    assert {trial.settings["keys"]["real"] for trial in plan} == {real_key}
    assert {trial.settings["keys"]["generated"] for trial in plan} == {"f", "j"} - {real_key}


@pytest.mark.parametrize(("mapping", "real_key"), [("real_left", "f"), ("real_right", "j")])
def test_keys_can_be_fixed(materials: Make, mapping: str, real_key: str) -> None:
    params = RapidSceneParams(key_mapping=mapping)
    plans = [_plan(materials("a"), params, mirrored=mirrored) for mirrored in (False, True)]
    assert {trial.settings["keys"]["real"] for plan in plans for trial in plan} == {real_key}


def test_each_condition_has_a_staircase_with_as_many_real_trials(materials: Make) -> None:
    scored = _of_kind(_plan(materials("a", "b"), STAIRCASE), "scored")
    dealt = Counter((trial.settings["staircase"], trial.stimuli[0].condition) for trial in scored)
    assert dealt == {("a", "a"): 15, ("a", REAL): 15, ("b", "b"): 15, ("b", REAL): 15}
    assert TASK.adaptive(STAIRCASE)
    assert not TASK.adaptive(FIXED)


def test_nothing_to_show_is_refused_with_the_next_move(materials: Make) -> None:
    with pytest.raises(PlanError, match="add at least one"):
        _plan(materials())
    with pytest.raises(PlanError, match="sample set of 'a' holds no images"):
        _plan(Materials(Source(REAL, range(5)), [Source("a", [])]))


def test_exposures_that_do_not_adapt() -> None:
    assert TASK.adapt(RapidSceneParams(exposure_ms=50), _trial(), []) == {"exposure_ms": 50}
    assert TASK.adapt(RapidSceneParams(exposure="unlimited"), _trial(), []) == {"exposure_ms": None}
    assert TASK.flashes(FIXED)
    assert not TASK.flashes(RapidSceneParams(exposure="unlimited"))


def test_a_staircase_follows_its_own_valid_scored_answers_only() -> None:
    history = [
        _answered(True, "a"),
        _answered(False, "a", valid=False),
        _answered(False, "a", kind="catch"),
        _answered(False, "b"),
        _answered(True, "a"),
    ]
    assert TASK.adapt(STAIRCASE, _trial(staircase="a"), history) == {"exposure_ms": 480}
    assert TASK.adapt(STAIRCASE, _trial(staircase="b"), history) == {"exposure_ms": 530}
    practice = replace(_trial(staircase="a"), kind="practice")
    assert TASK.adapt(STAIRCASE, practice, history) == {"exposure_ms": 500}


def test_the_protocol_says_what_the_staircase_converges_on() -> None:
    assert TASK.facts(STAIRCASE) == (
        "Each condition has its own staircase, which converges on 75.0% correct.",
    )
    assert TASK.facts(FIXED) == ()


def test_hypes_printed_steps_are_refused_since_they_converge_below_chance() -> None:
    printed = {"staircase_up_ms": 10, "staircase_down_ms": 30}
    with pytest.raises(InvalidParamsError, match="converge on 25% correct, no better than guessing"):
        RapidSceneParams.from_json({"exposure": "staircase", **printed})
    RapidSceneParams.from_json({"exposure": "staircase", **printed, "staircase_rule": "three_down"})
    RapidSceneParams.from_json(printed)  # without a staircase its steps mean nothing


def test_a_staircase_begins_within_its_bounds() -> None:
    with pytest.raises(InvalidParamsError, match="staircase_start_ms was 50; expected 100 to 1000 ms"):
        RapidSceneParams.from_json({"exposure": "staircase", "staircase_start_ms": 50})


def test_scores_of_right_and_wrong_answers() -> None:
    assert TASK.score(FIXED, _trial(REAL), {"answer": "real"}) == {
        "condition": REAL, "truth": "real", "judged": "real", "correct": True,
    }  # fmt: skip
    assert TASK.score(FIXED, _trial("a"), {"answer": "real"}) == {
        "condition": "a", "truth": "generated", "judged": "real", "correct": False,
    }  # fmt: skip


def test_a_catch_trial_says_its_answer_and_is_scored_by_it_whatever_is_shown() -> None:
    trial = _trial("a", asked="real")
    payload = TASK.payload(FIXED, trial, {"exposure_ms": 100}, {"image": "/s/x.png"})
    assert payload["instruction"] == "Attention check: whatever you see, answer “real” this time."
    assert TASK.score(FIXED, trial, {"answer": "real"})["correct"]
    assert not TASK.score(FIXED, trial, {"answer": "generated"})["correct"]
    assert TASK.payload(FIXED, _trial("a"), {"exposure_ms": 100}, {"image": ""})["instruction"] == ""


@pytest.mark.parametrize(
    "raw", [None, "real", [], {}, {"answer": None}, {"answer": "fake"}, {"answer": ["real"]}, {"real": 1}]
)
def test_malformed_answers_are_refused_with_what_was_expected(raw: object) -> None:
    with pytest.raises(InvalidResponseError, match="one of real, generated"):
        TASK.read(FIXED, _trial(), raw)


def test_feedback_is_a_param_and_practice_always_has_it() -> None:
    practice = replace(_trial(), kind="practice")
    assert not TASK.feedback(FIXED, _trial())
    assert TASK.feedback(FIXED, practice)
    assert TASK.feedback(RapidSceneParams(feedback=True), _trial())


def test_estimates_leave_out_what_does_not_count() -> None:
    def answered(condition: str, judged: str, rater: str, **changes: Any) -> ScoredTrial:
        trial = replace(_trial(condition), kind=changes.pop("kind", "scored"))
        return ScoredTrial(
            trial, {}, TASK.score(FIXED, trial, {"answer": judged}), participant=rater, **changes
        )

    trials = [answered(c, "real", rater) for c in ("a", REAL) for rater in "xy"]
    noise = [answered("a", "generated", "x", valid=False), answered("a", "generated", "x", kind="practice")]
    rates = {e.quantity: e for e in _estimated(FIXED, trials + noise)}
    assert rates["deception_rate_generated"].value == 1.0
    assert rates["deception_rate_generated"].n_trials == 2
    assert rates["deception_rate_real"].value == 0.0
    assert rates["deception_rate"].value == 0.5
    assert (rates["deception_rate"].n_raters, rates["deception_rate"].n_trials) == (2, 4)
    assert rates["deception_rate"].chance == 0.5
    assert "threshold_ms" not in rates


def test_without_real_images_d_prime_is_undefined_and_says_so(materials: Make) -> None:
    trials = [
        ScoredTrial(_trial("a"), {}, TASK.score(FIXED, _trial("a"), {"answer": "real"}), participant=r)
        for r in "xyz"
    ]
    estimates = {e.quantity: e for e in _estimated(FIXED, trials)}
    assert estimates["d_prime"].value is None
    assert "No rater has the trials" in estimates["d_prime"].note
    assert estimates["deception_rate_generated"].value == 1.0


def test_nothing_answered_is_nothing_estimated() -> None:
    assert _estimated(FIXED, []) == []
    assert _estimated(STAIRCASE, []) == []


@pytest.mark.parametrize(
    ("settings", "beside"), [({"staircase": "a"}, "a"), ({"among": "b"}, "b"), ({}, None)], ids=str
)
def test_a_real_image_counts_beside_its_staircases_condition_the_named_one_or_all(
    settings: dict[str, str], beside: str | None
) -> None:
    planned = PlannedTrial("scored", (Stimulus("image", REAL, 4),), settings)
    trial = ScoredTrial(planned, {"exposure_ms": 100}, TASK.score(FIXED, planned, {"answer": "generated"}))
    assert TASK.count(FIXED, [trial]) == {"judgements": [[REAL, 4, beside, 1, 1]], "flashes": []}
