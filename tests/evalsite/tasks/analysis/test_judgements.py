"""What is counted of an answered trial: by whom, beside which condition, with which weight."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.tasks.analysis.judgements import JudgementCounter
from evalsite.tasks.protocol import REAL, PlannedTrial, ScoredTrial, Stimulus


def _trial(
    condition: str, image: int = 0, *, rater: str = "r", correct: bool = True, **settings: Any
) -> ScoredTrial:
    truth = "real" if condition == REAL else "generated"
    planned = PlannedTrial("scored", (Stimulus("image", condition, image),), settings)
    score = {"condition": condition, "truth": truth, "correct": correct}
    return ScoredTrial(planned, {"exposure_ms": 100}, score, participant=rater)


def test_a_real_image_stands_beside_its_staircases_condition_the_named_one_or_all() -> None:
    trials = [
        *(_trial("a", 1, correct=False), _trial("b", 2), _trial(REAL, 3)),
        *(_trial(REAL, 4, staircase="a"), _trial(REAL, 5, among="b")),
    ]
    found = JudgementCounter().add_all(trials).judgements()
    assert found.names == ("a", "b")
    own = {name: found.of(name) for name in found.names}
    assert own["a"].real.tolist() == [False, True, True]
    assert own["a"].wrong.tolist() == [1, 0, 0]
    assert own["a"].weights.tolist() == [1, 1, 1], "raters with real images of the condition's own share none"


@pytest.mark.parametrize(("seen", "weight"), [("a", 1), ("ab", 1 / 2), ("abc", 1 / 3)])
def test_a_shared_real_image_counts_once_over_all_conditions(seen: str, weight: float) -> None:
    trials = [_trial(name, 1) for name in seen] + [_trial(REAL, 2)]
    found = JudgementCounter().add_all(trials).judgements()
    for name in seen:
        own = found.of(name)
        assert own.weights[own.real].tolist() == pytest.approx([weight])


def test_a_rater_who_saw_no_image_of_a_condition_adds_no_real_ones_to_it() -> None:
    trials = [
        _trial("a", rater="1"),
        _trial(REAL, rater="1"),
        _trial("b", rater="2"),
        _trial(REAL, rater="2"),
    ]
    found = JudgementCounter().add_all(trials).judgements()
    assert found.of("a").raters.tolist() == [0, 0]
    assert len(found.of("b").of_raters_with_both().raters) == 2


def test_an_image_is_the_same_wherever_it_is_shown() -> None:
    trials = [_trial("a", 7, rater="1"), _trial("a", 7, rater="2"), _trial(REAL, 7, rater="2")]
    images = JudgementCounter().add_all(trials).judgements().images
    assert images[0] == images[1] != images[2]
