"""The bound's terms against torch.distributions and by hand."""

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from ganmodels.losses.elbo import bernoulli_nll, gaussian_kl, gaussian_nll, kl_term, reparametrise

RNG = torch.Generator().manual_seed(0)
MEAN, LOG_VARIANCE = torch.randn(5, 3, generator=RNG), torch.randn(5, 3, generator=RNG)
DECODED, IMAGES = (torch.rand(4, 1, 3, 3, generator=RNG) for _ in range(2))


def test_kl_is_the_closed_form() -> None:
    expected = kl_divergence(
        Normal(MEAN, (0.5 * LOG_VARIANCE).exp()), Normal(torch.zeros(5, 3), torch.ones(5, 3))
    )
    torch.testing.assert_close(gaussian_kl(MEAN, LOG_VARIANCE), expected)


def test_kl_of_the_prior_is_zero() -> None:
    assert gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 3)).abs().max() == 0


def test_free_bits_floor_each_dimension() -> None:
    kl = torch.tensor([[0.1, 2.0], [0.3, 4.0]])
    assert kl_term(kl).item() == pytest.approx(3.2)
    assert kl_term(kl, free_bits=0.5).item() == pytest.approx(3.5)


def test_reparametrised_draws_have_the_posteriors_moments() -> None:
    noise = torch.randn(200_000, 1, generator=RNG)
    draws = reparametrise(torch.full_like(noise, 2.0), torch.full_like(noise, 0.8), noise)
    assert draws.mean().item() == pytest.approx(2.0, abs=0.02)
    assert draws.var().item() == pytest.approx(torch.tensor(0.8).exp().item(), rel=0.02)


def test_bernoulli_on_black_and_white_is_the_distributions() -> None:
    ink = (IMAGES > 0.5).float()
    expected = -Bernoulli(DECODED).log_prob(ink).flatten(1).sum(1).mean()
    torch.testing.assert_close(bernoulli_nll(DECODED, ink), expected)


def test_gaussian_is_the_distributions() -> None:
    expected = -Normal(DECODED, 0.2).log_prob(IMAGES).flatten(1).sum(1).mean()
    torch.testing.assert_close(gaussian_nll(DECODED, IMAGES, 0.2), expected)
