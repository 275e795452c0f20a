from __future__ import annotations

import pytest
import torch

from metrics.statistics.annealing import Bounds, annealed_bounds

NOISE = 0.1


def _world(size: int, pixels: int, count: int = 16) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Weights of a linear decoder with values of variance 1, observations, latents to simulate from."""
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(size, pixels, generator=generator) / size**0.5
    rows = torch.randn(count, size, generator=generator) @ weights
    rows += NOISE * torch.randn(count, pixels, generator=generator)
    return weights, rows, torch.randn(max(2, count // 2), size, generator=generator)


def _exact(weights: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """log N(x; 0, WᵀW + noise² I)."""
    weights = weights.double()
    covariance = weights.T @ weights + NOISE**2 * torch.eye(weights.shape[1], dtype=torch.float64)
    zero = torch.zeros(weights.shape[1], dtype=torch.float64)
    return torch.distributions.MultivariateNormal(zero, covariance).log_prob(rows.double())


def _last(size: int, pixels: int, distributions: int) -> tuple[Bounds, float]:
    """The bounds of the last run, and how far its lower one is off."""
    weights, rows, latents = _world(size, pixels)
    runs = annealed_bounds(
        lambda z: z @ weights,
        rows,
        latents,
        noise=NOISE,
        chains=8,
        distributions=distributions,
        leapfrog=2,
        seed=0,
    )
    *_, last = runs
    return last, float((last.lower - _exact(weights, rows)).mean())


@pytest.mark.parametrize(
    ("size", "pixels", "distributions", "tolerance"),
    [
        (4, 64, 250, 0.4),
        pytest.param(32, 256, 1000, 1.0, marks=pytest.mark.slow),
        pytest.param(64, 784, 2000, 1.0, marks=pytest.mark.slow),
    ],
)
def test_a_linear_decoder_has_its_exact_likelihood(size, pixels, distributions, tolerance):
    last, error = _last(size, pixels, distributions)
    # With one schedule for all and no pilot, 200 distributions were 4.2, 74 and 193 nats too low.
    assert error == pytest.approx(0, abs=tolerance)
    assert -error <= last.gap + tolerance / 2


def test_the_gap_bounds_the_error_of_a_run_that_is_too_short():
    last, error = _last(32, 256, 40)
    assert error < -5
    assert last.gap > -error


def test_each_run_has_twice_the_distributions_and_a_smaller_gap():
    weights, rows, latents = _world(16, 64, count=8)
    runs = list(
        annealed_bounds(
            lambda z: z @ weights,
            rows,
            latents,
            noise=NOISE,
            chains=8,
            distributions=300,
            leapfrog=2,
            seed=0,
        )
    )
    assert [run.distributions for run in runs] == [150, 300]
    assert runs[1].gap < runs[0].gap


def test_a_decoder_of_nothing_needs_no_step(lcg):
    rows = lcg(1, 3, 4)
    found = annealed_bounds(
        lambda latents: 0 * latents @ torch.ones(2, 4, dtype=torch.float64),
        rows,
        torch.zeros(2, 2, dtype=torch.float64),
        noise=1.0,
        chains=2,
        distributions=2,
        leapfrog=1,
        seed=0,
    )
    exact = torch.distributions.Normal(0.0, 1.0).log_prob(rows).sum(dim=1)
    for bounds in found:
        assert bounds.lower.tolist() == pytest.approx(exact.tolist())
        assert bounds.gap == pytest.approx(0)
