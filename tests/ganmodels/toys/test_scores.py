"""Modes and quality on points whose scores are known by construction."""

import math

import pytest
import torch

from ganmodels.toys.data import TOYS, get_toy
from ganmodels.toys.scores import mode_scores, optimal_discriminator


@pytest.mark.parametrize("name", TOYS)
def test_real_points_cover_all_modes_and_all_but_a_hundredth_are_near_one(name: str) -> None:
    toy = get_toy(name)
    scores = mode_scores(toy.draw(5000, torch.Generator().manual_seed(0)), toy)
    assert scores.modes_covered == scores.mode_count == toy.mode_count
    inside = 1 - math.exp(-(3**2) / 2)
    assert scores.high_quality >= inside - 0.006
    assert name == "swiss_roll" or scores.high_quality == pytest.approx(inside, abs=0.006)
    assert sum(scores.shares) == pytest.approx(scores.high_quality)


def test_dropped_modes_are_not_counted_and_the_others_shares_say_how_full_they_are() -> None:
    toy = get_toy("ring8")
    scores = mode_scores(toy.centres[torch.tensor([0, 0, 0, 5])], toy)
    assert (scores.modes_covered, scores.high_quality) == (2, 1.0)
    assert scores.shares == (0.75, 0, 0, 0, 0, 0.25, 0, 0)


@pytest.mark.parametrize(("deviations", "high_quality"), [(2.9, 1.0), (3.1, 0.0)])
def test_three_deviations_are_the_limit(deviations: float, high_quality: float) -> None:
    toy = get_toy("ring8")
    scores = mode_scores(toy.centres + torch.tensor([deviations * toy.std, 0.0]), toy)
    assert scores.high_quality == high_quality
    assert scores.modes_covered == 8 * high_quality


def test_a_point_between_the_modes_is_in_none() -> None:
    toy = get_toy("grid25")
    assert mode_scores(torch.ones(10, 2), toy).modes_covered == 0


def test_the_best_discriminator_is_the_share_of_the_real_density() -> None:
    answers = optimal_discriminator(torch.tensor([0.0, math.log(3), 0.0]), torch.tensor([0.0, 0.0, 800.0]))
    torch.testing.assert_close(answers, torch.tensor([0.5, 0.75, 0.0]))
