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


def test_observers_end_up_at_the_target() -> None:
    staircase = Staircase(min_ms=10, max_ms=2000, up_ms=30, down_ms=10)
    shares = [_share_right(staircase, seed) for seed in range(10)]
    assert sum(shares) / len(shares) == pytest.approx(staircase.target_accuracy, abs=0.01)


def _share_right(staircase: Staircase, seed: int) -> float:
    """Share of right answers of an observer who sees more the longer an image is shown, once that settles."""
    rng, answers = Random(seed), list[bool]()
    for _ in range(600):
        seen = min(staircase.exposure_ms(answers) / 800, 1.0)
        answers.append(rng.random() < 0.5 + 0.5 * seen)
    return sum(answers[200:]) / 400
