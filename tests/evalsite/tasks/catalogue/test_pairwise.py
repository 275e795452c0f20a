from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import pytest

from evalsite.tasks.catalogue.pairwise import Pairwise, PairwiseParams
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

TASK = Pairwise()
MODELS = PairwiseParams()
AGAINST_REAL = PairwiseParams(compare="real_vs_generated", allow_tie=True)
Make = Callable[..., Materials]


def _estimated(params: PairwiseParams, trials: list[ScoredTrial]) -> list[Estimate]:
    return TASK.estimate(params, tallied(TASK, params, trials))


def _plan(materials: Materials, params: PairwiseParams = MODELS, **counts: int) -> list[PlannedTrial]:
    return TASK.plan(params, materials, **{"trials": 60, "practice": 3, "catch": 2, "seed": 1, **counts})


def _sides(plan: list[PlannedTrial]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(s.condition for s in trial.stimuli) for trial in plan if trial.kind == "scored")


def _trial(left: str = "a", right: str = "b", **settings: Any) -> PlannedTrial:
    return PlannedTrial(
        "scored", (Stimulus("left", left, 0), Stimulus("right", right, 0)), {"mask_seed": 1, **settings}
    )


def test_every_pair_meets_equally_often_each_way_round(materials: Make) -> None:
    assert _sides(_plan(materials("a", "b", "c"))) == dict.fromkeys(permutations("abc", 2), 10)


@pytest.mark.parametrize(
    ("compare", "met"),
    [
        ("real_vs_generated", {frozenset({REAL, "a"}), frozenset({REAL, "b"})}),
        ("model_vs_model", {frozenset({"a", "b"})}),
        ("both", {frozenset({REAL, "a"}), frozenset({REAL, "b"}), frozenset({"a", "b"})}),
    ],
)
def test_what_meets_what(materials: Make, compare: str, met: set[frozenset[str]]) -> None:
    plan = _plan(materials("a", "b"), PairwiseParams(compare=compare))
    assert {frozenset(pair) for pair in _sides(plan)} == met
    assert Counter(s.slot for trial in plan for s in trial.stimuli) == {"left": 65, "right": 65}


def test_pairs_are_not_asked_in_blocks(materials: Make) -> None:
    order = [trial.stimuli[0].condition for trial in _plan(materials("a", "b")) if trial.kind == "scored"]
    assert 15 < sum(a != b for a, b in pairwise(order)) < 45


def test_no_image_comes_twice_where_the_set_suffices(materials: Make) -> None:
    shown = Counter(
        (s.condition, s.image) for trial in _plan(materials("a", "b", images=65)) for s in trial.stimuli
    )
    assert set(shown.values()) == {1}


def test_one_condition_can_only_meet_real_images(materials: Make) -> None:
    with pytest.raises(PlanError, match="comparing model vs model needs two sources, got 1; add a condition"):
        _plan(materials("a"))
    assert _plan(materials("a"), AGAINST_REAL)
    with pytest.raises(PlanError, match="got 1"):
        _plan(materials(), AGAINST_REAL)


def test_real_images_are_not_needed_where_none_are_compared() -> None:
    sources = [Source("a", range(40)), Source("b", range(40))]
    assert _plan(Materials(Source(REAL, []), sources))
    with pytest.raises(PlanError, match="sample set of 'real' holds no images"):
        _plan(Materials(Source(REAL, []), sources), AGAINST_REAL)


def test_an_exposure_makes_a_flash_of_it() -> None:
    assert TASK.adapt(MODELS, _trial(), []) == {"exposure_ms": None}
    assert not TASK.flashes(MODELS)
    flashed = PairwiseParams.from_json({"exposure_ms": 500})
    assert TASK.adapt(flashed, _trial(), []) == {"exposure_ms": 500}
    assert TASK.flashes(flashed)
    with pytest.raises(InvalidParamsError, match="exposure_ms was 0; expected 10 to 10000 ms"):
        PairwiseParams.from_json({"exposure_ms": 0})


def test_the_tie_key_is_there_only_where_ties_are_allowed() -> None:
    urls = {"left": "/1.png", "right": "/2.png"}
    assert TASK.payload(MODELS, _trial(), {"exposure_ms": None}, urls)["keys"]["tie"] is None
    assert TASK.payload(AGAINST_REAL, _trial(), {"exposure_ms": None}, urls)["keys"]["tie"] == "b"


def test_the_question_is_worded_by_the_param() -> None:
    better = PairwiseParams(question="better")
    assert (
        "better"
        in TASK.payload(better, _trial(), {"exposure_ms": None}, {"left": "", "right": ""})["question"]
    )


@pytest.mark.parametrize(
    "raw", [None, "left", {"answer": "tie"}, {"answer": "middle"}, {"answer": 1}, {"answer": {}}, []]
)
def test_malformed_answers_are_refused(raw: object) -> None:
    with pytest.raises(InvalidResponseError, match=r"one of left, right$"):
        TASK.read(MODELS, _trial(), raw)


def test_a_tie_is_read_where_allowed() -> None:
    assert TASK.read(AGAINST_REAL, _trial(), {"answer": "tie"}) == {"answer": "tie"}


def _score(params: PairwiseParams, trial: PlannedTrial, answer: str) -> dict[str, Any]:
    return TASK.score(params, trial, {"answer": answer})


def test_scores() -> None:
    chosen = _score(MODELS, _trial("a", "b"), "right")
    assert (chosen["winner"], chosen["loser"], chosen["side_chosen"], chosen["tie"]) == (
        "b",
        "a",
        "right",
        False,
    )
    assert chosen["correct"] is None, "between models there is no right answer"
    tied = _score(AGAINST_REAL, _trial("a", REAL), "tie")
    assert (tied["winner"], tied["loser"], tied["side_chosen"], tied["tie"], tied["correct"]) == (
        None,
        None,
        None,
        True,
        None,
    )
    assert _score(AGAINST_REAL, _trial("a", REAL), "right")["correct"] is True
    assert _score(AGAINST_REAL, _trial("a", REAL), "left")["correct"] is False


def test_liking_a_generated_image_better_is_not_wrong() -> None:
    params = PairwiseParams(compare="real_vs_generated", question="better")
    assert _score(params, _trial("a", REAL), "left")["correct"] is None


def test_a_catch_trial_is_scored_by_the_side_asked_for() -> None:
    trial = _trial("a", REAL, asked="left")
    assert _score(AGAINST_REAL, trial, "left")["correct"] is True
    assert _score(AGAINST_REAL, trial, "right")["correct"] is False
    assert _score(AGAINST_REAL, trial, "tie")["correct"] is False
    payload = TASK.payload(AGAINST_REAL, trial, {"exposure_ms": None}, {"left": "", "right": ""})
    assert "choose the left image" in payload["instruction"]


def _answers(params: PairwiseParams, *answers: tuple[str, str, str, str]) -> list[ScoredTrial]:
    return [
        ScoredTrial(_trial(left, right), {}, _score(params, _trial(left, right), answer), participant=rater)
        for rater, left, right, answer in answers
    ]


def test_deception_is_how_often_the_generated_one_passes_a_tie_as_half() -> None:
    trials = _answers(
        AGAINST_REAL,
        ("x", "a", REAL, "left"), ("x", REAL, "a", "left"), ("x", "a", REAL, "tie"), ("x", REAL, "a", "left"),
        ("y", "a", REAL, "left"), ("y", "a", "b", "right"),
    )  # fmt: skip
    estimates = {(e.condition, e.quantity): e for e in _estimated(AGAINST_REAL, trials)}
    assert estimates["a", "deception_rate"].value == pytest.approx((1.5 / 4 + 1) / 2)
    assert estimates["a", "deception_rate"].n_trials == 5
    assert estimates["a", "win_rate"].value == pytest.approx((1.5 / 4 + 0.5) / 2)
    assert ("b", "deception_rate") not in estimates, "b met no real image"
    assert estimates["a", "bradley_terry_strength"].value is None, "b never lost"


def test_no_deception_rate_by_taste_nor_without_real_images() -> None:
    better = PairwiseParams(compare="real_vs_generated", question="better")
    for params, opponent in ((better, REAL), (MODELS, "b")):
        trials = _answers(params, ("x", "a", opponent, "left"), ("x", "a", opponent, "right"))
        assert "deception_rate" not in {e.quantity for e in _estimated(params, trials)}


def test_nothing_answered_is_nothing_estimated() -> None:
    assert _estimated(MODELS, []) == []


def test_what_better_means_follows_from_the_question() -> None:
    answers = [("1", "a", "b", "left"), ("1", "b", "a", "left"), ("2", "a", "b", "right")]
    for question, meaning in {"real": "more like real images", "better": "liked better"}.items():
        params = PairwiseParams(question=question)
        found = _estimated(params, _answers(params, *answers))
        assert {one.meaning for one in found} == {meaning}
        names = {one.quantity: one.chance_name for one in found}
        assert names["bradley_terry_strength"] == names["win_rate"] == "average of all compared"
