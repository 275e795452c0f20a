from __future__ import annotations

import pytest
import torch

from metrics.statistics.annealing import annealed_log_likelihoods, sigmoid_schedule


def _exact(weights: torch.Tensor, rows: torch.Tensor, noise: float) -> torch.Tensor:
    covariance = weights.T @ weights + noise**2 * torch.eye(weights.shape[1], dtype=weights.dtype)
    zero = torch.zeros(weights.shape[1], dtype=weights.dtype)
    return torch.distributions.MultivariateNormal(zero, covariance).log_prob(rows)


def test_a_linear_decoder_has_its_exact_likelihood(lcg):
    generator = torch.Generator().manual_seed(0)
    weights = lcg(1, 3, 6) - 0.5
    rows = torch.randn(4, 3, generator=generator, dtype=torch.float64) @ weights
    rows += 0.2 * torch.randn(4, 6, generator=generator, dtype=torch.float64)
    starts = torch.randn(200, 4, 3, generator=generator, dtype=torch.float64)
    found = annealed_log_likelihoods(
        lambda latents: latents @ weights, rows, starts, noise=0.2, distributions=300, leapfrog=5, seed=0
    )
    assert found.tolist() == pytest.approx(_exact(weights, rows, 0.2).tolist(), abs=0.12)


def test_a_decoder_of_nothing_needs_no_step(lcg):
    rows = lcg(1, 3, 4)
    found = annealed_log_likelihoods(
        lambda latents: 0 * latents @ torch.ones(2, 4, dtype=torch.float64),
        rows,
        torch.zeros(2, 3, 2, dtype=torch.float64),
        noise=1.0,
        distributions=2,
        leapfrog=1,
        seed=0,
    )
    exact = torch.distributions.Normal(0.0, 1.0).log_prob(rows).sum(dim=1)
    assert found.tolist() == pytest.approx(exact.tolist())


def test_the_schedule_goes_from_the_prior_to_the_posterior():
    schedule = sigmoid_schedule(10)
    assert schedule[0] == 0
    assert schedule[-1] == 1
    assert schedule == sorted(schedule)
    assert schedule[1] < 0.05 < schedule[5] == pytest.approx(0.5)
