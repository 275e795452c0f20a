from __future__ import annotations

from random import Random

import pytest

from evalsite.tasks.design.staircase import Staircase


def test_steps_and_bounds() -> None:
    staircase = Staircase()
    assert staircase.exposure_ms([]) == 500
    assert staircase.exposure_ms([True, True, False]) == 510
    assert staircase.exposure_ms([True] * 100) == 100
    assert staircase.exposure_ms([False] * 100) == 1000
    assert staircase.exposure_ms([False] * 100 + [True]) == 990, "steps begin at the bound, not beyond it"


def test_three_in_a_row_step_down_once() -> None:
    staircase = Staircase(in_a_row=3)
    assert staircase.exposure_ms([True, True]) == 500
    assert staircase.exposure_ms([True, True, True, True]) == 490
    assert staircase.exposure_ms([True, True, False, True, True]) == 530, "an error breaks the streak"


@pytest.mark.parametrize(
    ("staircase", "target"),
    [
        (Staircase(), 0.75),
        (Staircase(up_ms=10, down_ms=30), 0.25),
        (Staircase(up_ms=10, down_ms=30, in_a_row=3), 0.63),
        (Staircase(up_ms=10, down_ms=10, in_a_row=2), 0.7071),
    ],
)
def test_target_accuracies_known_from_the_literature(staircase: Staircase, target: float) -> None:
    assert staircase.target_accuracy == pytest.approx(target, abs=5e-4)


def test_an_observer_ends_up_at_the_target() -> None:
    staircase, rng = Staircase(min_ms=10, max_ms=2000, up_ms=30, down_ms=10), Random(0)
    answers: list[bool] = []
    for _ in range(1500):
        share = min(staircase.exposure_ms(answers) / 800, 1.0)
        answers.append(rng.random() < 0.5 + 0.5 * share)
    assert sum(answers[300:]) / 1200 == pytest.approx(staircase.target_accuracy, abs=0.02)
