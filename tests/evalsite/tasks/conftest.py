"""Sittings of simulated raters, held in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from evalsite.tasks.protocol import REAL, Materials, ScoredTrial, Source, Task
from evalsite.tasks.registry import get
from evalsite.tasks.simulation import SimulatedRater

Study = Callable[..., list[ScoredTrial]]


@pytest.fixture(scope="session")
def materials() -> Callable[..., Materials]:
    """``materials("a", "b", images=100)``: a reference set and those conditions."""

    def make(*conditions: str, images: int = 400) -> Materials:
        return Materials(Source(REAL, range(images)), [Source(c, range(images)) for c in conditions])

    return make


@pytest.fixture(scope="session")
def run_study(materials: Callable[..., Materials]) -> Study:
    """Whole sessions: planned, adapted, answered, read and scored, one rater after the other."""

    def run(
        task: str,
        values: Mapping[str, Any],
        raters: Sequence[SimulatedRater],
        *,
        conditions: Sequence[str] = ("a", "b"),
        between: bool = False,
        trials: int = 100,
        seed: int = 0,
    ) -> list[ScoredTrial]:
        answered: list[ScoredTrial] = []
        for i, rater in enumerate(raters):
            seen = [conditions[i % len(conditions)]] if between else conditions
            answered += _sit(
                get(task), values, materials(*seen), rater, trials=trials, seed=seed * 10_000 + i
            )
        return answered

    return run


def _sit(
    task: Task[Any],
    values: Mapping[str, Any],
    materials: Materials,
    rater: SimulatedRater,
    *,
    trials: int,
    seed: int,
) -> list[ScoredTrial]:
    params = task.Params.from_json(values)
    history: list[ScoredTrial] = []
    for i, trial in enumerate(task.plan(params, materials, trials=trials, practice=2, catch=2, seed=seed)):
        shown = task.adapt(params, trial, history)
        sent = task.simulate(params, trial, shown, rater, seed=seed * 1000 + i)
        score = task.score(params, trial, task.read(params, trial, sent["answer"]))
        history.append(ScoredTrial(trial, shown, score, participant=str(seed), rt_ms=sent["rt_ms"]))
    return history
