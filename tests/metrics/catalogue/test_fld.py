from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.fld import fld
from metrics.errors import TooFewSamplesError
from metrics.statistics.mixture import fit_log_variances, log_likelihoods


def test_torch_distributions_gives_the_same_likelihoods(lcg):
    rows, centres = lcg(1, 20, 3), lcg(2, 7, 3)
    logs = lcg(3, 7) - 0.5
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.ones(7)),
        torch.distributions.Independent(
            torch.distributions.Normal(centres, (logs / 2).exp()[:, None].expand(7, 3)), 1
        ),
    )
    ours = log_likelihoods((rows[:, None] - centres).square().sum(2), logs, 3)
    assert torch.allclose(ours, mixture.log_prob(rows), rtol=1e-6)


@pytest.mark.parametrize("dimensions", [2, 200])
def test_gaussians_that_count_for_no_row_may_be_left_out(dimensions):
    generator = torch.Generator().manual_seed(0)
    rows, centres = (torch.randn(count, dimensions, generator=generator) for count in (300, 150))
    logs = 2 * torch.rand(150, generator=generator, dtype=torch.float64) - 1
    squared = torch.cdist(rows, centres).square()
    exponents = -0.5 * squared * torch.exp(-logs) - dimensions / 2 * logs
    expected = torch.logsumexp(exponents, dim=1) - math.log(150) - dimensions / 2 * math.log(2 * math.pi)
    assert torch.allclose(log_likelihoods(squared, logs, dimensions), expected, rtol=1e-12)


def test_adam_with_autograd_ends_at_the_same_variances(lcg):
    squared = (lcg(1, 40, 3)[:, None] - lcg(2, 9, 3)).square().sum(2).float()
    logs = torch.zeros(9, requires_grad=True)
    optimiser = torch.optim.Adam([logs], lr=0.5)
    for _ in range(20):
        optimiser.zero_grad()
        exponents = -0.5 * squared * torch.exp(-logs) - 1.5 * logs
        (-torch.logsumexp(exponents, dim=1).mean() / 3).backward()
        optimiser.step()
    ours = fit_log_variances(squared, 3, epochs=20, rate=0.5)
    assert torch.allclose(ours, logs.detach(), rtol=1e-3, atol=1e-3)


@pytest.fixture
def draw(make_features):
    generator = torch.Generator().manual_seed(0)
    return lambda count, noise=1.0: make_features(noise * torch.randn(count, 6, generator=generator))


def test_copies_make_the_gap_and_new_images_do_not(draw, make_features):
    training, held_out = draw(300), draw(300)
    fresh = fld(training, held_out, draw(300))
    copied = fld(training, held_out, make_features(training.values + 1e-3))
    assert abs(fresh["fld_gap"].value) < 20
    assert copied["fld_gap"].value < -100
    assert copied["fld"].value > fresh["fld"].value
    assert "No baseline" in fresh["fld"].notes[0]


def test_one_gaussian_at_the_origin_is_a_normal_density(make_features):
    # All generated images lie at the mean: the mixture is one Gaussian of variance 1, per dimension
    # log(2 pi e) / 2 nats.
    generator = torch.Generator().manual_seed(1)
    real = [torch.randn(4000, 2, generator=generator) for _ in range(2)]
    made = make_features(real[1].mean(0).expand(5, 2).clone())
    found = fld(*(make_features(part) for part in real), made, rate=0.1, epochs=100, baseline=1.0)
    assert found["fld"].value == pytest.approx(100 * (0.5 * math.log(2 * math.pi * math.e) - 1), abs=3)
    assert found["fld"].notes == ()


def test_a_dimension_that_never_varies_does_no_harm(draw, make_features):
    sets = [make_features(torch.cat([draw(50).values, torch.ones(50, 1)], dim=1)) for _ in range(3)]
    assert math.isfinite(fld(*sets)["fld"].value)
    with pytest.raises(TooFewSamplesError):
        fld(sets[0], make_features(sets[1].values[:1]), sets[2])
