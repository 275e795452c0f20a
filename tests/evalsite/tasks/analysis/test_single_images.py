"""What is counted of an answered trial, by whom, beside which condition."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.tasks.analysis.detection import Judgement
from evalsite.tasks.analysis.psychometric import Flash
from evalsite.tasks.analysis.single_images import count_judgements
from evalsite.tasks.protocol import REAL, PlannedTrial, ScoredTrial, Stimulus


def _trial(
    condition: str, *, correct: bool = True, shown_ms: float | None = None, **settings: Any
) -> ScoredTrial:
    truth = "real" if condition == REAL else "generated"
    return ScoredTrial(
        PlannedTrial("scored", (Stimulus("image", condition, 0),), settings),
        {"exposure_ms": 100},
        {"condition": condition, "truth": truth, "correct": correct},
        participant="r",
        shown_ms=shown_ms,
        block=2,
    )


@pytest.mark.parametrize(
    ("trial", "counted"),
    [
        (_trial("a", correct=False), Judgement("r", "a", False, True)),
        (_trial(REAL), Judgement("r", None, True, False)),
        (_trial(REAL, staircase="a"), Judgement("r", "a", True, False)),
        (_trial(REAL, among="b"), Judgement("r", "b", True, False)),
    ],
)
def test_a_real_image_stands_beside_its_staircases_condition_the_named_one_or_all(
    trial: ScoredTrial, counted: Judgement
) -> None:
    judgements, staircases = count_judgements([trial, trial], steered=False)
    assert judgements == {counted: 2}
    assert staircases == {}


def test_flashes_are_counted_by_staircase_as_asked_and_as_shown() -> None:
    trials = [_trial("a", shown_ms=100.02, staircase="a"), _trial(REAL, correct=False, staircase="a")]
    _, staircases = count_judgements(trials, steered=True)
    assert staircases == {"a": {Flash("r", 100, 100, True, 2): 1, Flash("r", 100, None, False, 2): 1}}
