"""Raters who judged the same images: their interval speaks of those."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from evalsite.tasks.analysis.repetition import ImagesSeen
from evalsite.tasks.protocol import Estimate, PlannedTrial, ScoredTrial, Stimulus
from evalsite.tasks.registry import get
from evalsite.tasks.simulation import SimulatedRater


def _trial(image: int, *, valid: bool = True, kind: str = "scored") -> ScoredTrial:
    shown = (Stimulus("image", "a", image),)
    return ScoredTrial(PlannedTrial(kind, shown), {}, {}, valid=valid)


def _note(trials: Iterable[ScoredTrial], n_raters: int, note: str = "") -> str:
    seen = ImagesSeen()
    assert all(trial.valid for trial in seen.counted(trials))
    (estimate,) = seen.warn([Estimate("a", "x", 0.5, 0.4, 0.6, n_raters, 0, note=note)])
    return estimate.note


def test_all_raters_with_the_same_images_are_warned_of_beside_other_warnings() -> None:
    everybody = [_trial(image) for _ in range(10) for image in range(20)]
    said = "Raters judged mostly the same 20 images: the interval is for these, not for others."
    assert _note(everybody, 10) == said
    assert _note(everybody, 10, note="Too few.") == f"Too few. {said}"


def test_raters_with_images_of_their_own_are_not() -> None:
    assert _note([_trial(image) for image in range(200)], 10) == ""


def test_half_in_common_is_not_most() -> None:
    halves = [_trial(image) for rater in range(10) for image in range(20) if (rater + image) % 2]
    assert _note(halves, 10) == ""


def test_one_rater_has_nothing_in_common() -> None:
    assert _note([_trial(image) for image in range(20)], 1) == ""


def test_only_trials_that_count_are_noted() -> None:
    others = [_trial(0, valid=False), _trial(0, kind="practice"), _trial(0, kind="catch")]
    assert list(ImagesSeen().counted(others)) == []


@pytest.mark.parametrize("task", ["rapid_scene", "pairwise"])
def test_every_task_warns(task: str, run_study: Callable[..., list[ScoredTrial]]) -> None:
    values = {"compare": "both"} if task == "pairwise" else {}
    answered = run_study(task, values, [SimulatedRater()] * 4, trials=60)
    same = [
        ScoredTrial(
            PlannedTrial(
                trial.trial.kind,
                tuple(Stimulus(s.slot, s.condition, s.image % 3) for s in trial.trial.stimuli),
                trial.trial.settings,
            ),
            trial.presentation,
            trial.score,
            participant=trial.participant,
        )
        for trial in answered
    ]
    params = get(task).Params.from_json(values)
    for trials, warned in ((answered, False), (same, True)):
        notes = [e.note for e in get(task).estimate(params, trials, resamples=20) if e.condition == "a"]
        assert [("mostly the same 3 images" in note) for note in notes] == [warned] * len(notes)
