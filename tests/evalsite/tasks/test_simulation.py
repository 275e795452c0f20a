from __future__ import annotations

import statistics
from random import Random

import pytest

from evalsite.tasks.protocol import REAL
from evalsite.tasks.simulation import REAL_STRENGTH, SimulatedRater


def test_the_threshold_is_where_half_the_ability_is_left() -> None:
    rater = SimulatedRater(ability=2.0, threshold_ms=200.0)
    assert rater.d_prime("a", 200) == pytest.approx(1.0)
    assert rater.d_prime("a") == 2.0


def test_a_condition_hides_what_its_strength_says() -> None:
    rater = SimulatedRater(ability=2.0, strengths={"good": 1.5, "better than real": 2.5})
    assert rater.d_prime("good") == pytest.approx(0.5)
    assert rater.d_prime("better than real") == pytest.approx(-0.5)
    assert rater.strength(REAL) == 2.0, "real images lead by the ability unless said otherwise"
    assert REAL == REAL_STRENGTH


def test_bias_makes_generated_rarer_for_every_kind_of_image() -> None:
    def said(bias: float) -> int:
        rng = Random(1)
        return sum(SimulatedRater(bias=bias).judges_generated("a", None, rng) for _ in range(500))

    assert said(0.5) < said(0.0) < said(-0.5)


def test_equal_stimuli_tie_as_often_as_davidsons_nu_says() -> None:
    rng, rater = Random(2), SimulatedRater(ties=1.0)
    answers = [rater.prefers("a", "b", None, rng) for _ in range(3000)]
    assert answers.count("tie") / 3000 == pytest.approx(1 / 3, abs=0.03)
    assert answers.count("left") / 3000 == pytest.approx(1 / 3, abs=0.03)


def test_reaction_times_have_the_stated_median_after_the_exposure() -> None:
    rng, rater = Random(3), SimulatedRater(speed_ms=600.0)
    times = [rater.draw_rt_ms(100, rng) for _ in range(2000)]
    assert statistics.median(times) == pytest.approx(700, rel=0.03)
    assert min(times) > 100
