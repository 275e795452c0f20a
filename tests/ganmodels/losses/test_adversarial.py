"""The game against its closed forms."""

import math

import pytest
import torch

from ganmodels.losses.adversarial import discriminator_cross_entropy, game_value, minimax, non_saturating

LOGITS = torch.tensor([-3.0, -0.5, 0.0, 2.0])


def test_value_at_equilibrium_is_minus_two_log_two() -> None:
    undecided = torch.zeros(7)
    assert game_value(undecided, undecided).item() == pytest.approx(-2 * math.log(2), abs=1e-6)


def test_best_discriminator_where_both_densities_are_equal_gets_no_more_than_that() -> None:
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(20_000, generator=rng)
    y = torch.randn(20_000, generator=rng)
    optimal = torch.zeros_like(x)
    slanted = 0.5 * x, 0.5 * y
    assert game_value(*slanted) < game_value(optimal, optimal)


def test_optimal_discriminator_reaches_the_jensen_shannon_value() -> None:
    """With p_r = (0.8, 0.2), p_g = (0.3, 0.7): V(D*, G) = −2 log 2 + 2 JSD."""
    real = torch.log(torch.tensor([0.8 / 0.3] * 8 + [0.2 / 0.7] * 2))
    generated = torch.log(torch.tensor([0.8 / 0.3] * 3 + [0.2 / 0.7] * 7))
    middle = (0.55, 0.45)

    def kl(p: tuple[float, float]) -> float:
        return sum(a * math.log(a / m) for a, m in zip(p, middle, strict=True))

    expected = -2 * math.log(2) + kl((0.8, 0.2)) + kl((0.3, 0.7))
    assert game_value(real, generated).item() == pytest.approx(expected, abs=1e-6)


def test_losses_are_the_papers_logarithms() -> None:
    probability = LOGITS.sigmoid()
    assert minimax(LOGITS).item() == pytest.approx((1 - probability).log().mean().item(), abs=1e-6)
    assert non_saturating(LOGITS).item() == pytest.approx(-probability.log().mean().item(), abs=1e-6)


def test_only_the_non_saturating_form_pulls_a_generator_that_is_always_caught() -> None:
    caught = torch.full((4,), -20.0, requires_grad=True)
    (weak,) = torch.autograd.grad(minimax(caught), caught)
    (strong,) = torch.autograd.grad(non_saturating(caught), caught)
    assert weak.abs().max() < 1e-8
    assert strong.abs().min() > 0.2


def test_smoothing_is_one_sided_and_least_at_the_smoothed_label() -> None:
    best = torch.full((3,), math.log(0.9 / 0.1), requires_grad=True)
    loss = discriminator_cross_entropy(best, torch.full((3,), -50.0), real_label=0.9)
    (slope,) = torch.autograd.grad(loss, best)
    assert slope.abs().max() < 1e-6
    assert loss.item() == pytest.approx(-(0.9 * math.log(0.9) + 0.1 * math.log(0.1)), abs=1e-6)
