from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.fld import fld
from metrics.errors import TooFewSamplesError
from metrics.statistics.mixture import fit_log_variances, log_likelihoods
from tests.support.agreement import agrees


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
    agrees(ours, mixture.log_prob(rows), against="torch.distributions", rel=1e-6)


@pytest.mark.parametrize("dimensions", [2, 200])
def test_gaussians_that_count_for_no_row_may_be_left_out(dimensions):
    generator = torch.Generator().manual_seed(0)
    rows, centres = (torch.randn(count, dimensions, generator=generator) for count in (300, 150))
    logs = 2 * torch.rand(150, generator=generator, dtype=torch.float64) - 1
    squared = torch.cdist(rows, centres).square()
    exponents = -0.5 * squared * torch.exp(-logs) - dimensions / 2 * logs
    expected = torch.logsumexp(exponents, dim=1) - math.log(150) - dimensions / 2 * math.log(2 * math.pi)
    assert torch.allclose(log_likelihoods(squared, logs, dimensions), expected, rtol=1e-12)


def _fitted_by_autograd(squared, background, dimensions: int):
    """The paper's fit, by torch's own Adam: no Gaussian left out, no gradient written by hand."""
    logs = ((squared.amin(dim=0) + 1e-3) / dimensions).log().requires_grad_(True)
    wide = torch.zeros((), requires_grad=True)
    optimiser, losses = torch.optim.Adam([logs, wide], lr=0.5), []
    for _ in range(50):
        optimiser.zero_grad()
        near = -0.5 * squared / logs.exp() - dimensions / 2 * logs - math.log(len(logs))
        far = -0.5 * background / wide.exp() - dimensions / 2 * wide
        loss = -torch.logsumexp(torch.cat([near, far[:, None]], dim=1), dim=1).mean() / dimensions
        loss.backward()
        optimiser.step()
        logs.data.clamp_(-40, 40)
        losses.append(float(loss.detach()))
        if len(losses) > 6 and max(abs(losses[-1] - one) for one in losses[-5:]) < 5e-4:
            break
    return logs.detach()


def test_adam_with_autograd_ends_at_the_same_likelihoods():
    generator = torch.Generator().manual_seed(3)
    rows, centres, new = (torch.randn(count, 5, generator=generator) for count in (60, 30, 80))
    squared, background = torch.cdist(rows, centres).square(), 0.81 * rows.square().sum(dim=1)
    ours = fit_log_variances(squared, background, 5, epochs=50, rate=0.5)
    theirs = _fitted_by_autograd(squared, background, 5)
    scored = torch.cdist(new, centres).square()
    one, other = (float(log_likelihoods(scored, logs, 5).mean()) for logs in (ours, theirs))
    agrees(one, other, against="torch.optim.Adam with autograd", abs_=1e-3)


def test_the_whole_number_is_the_definitions(make_features):
    generator = torch.Generator().manual_seed(3)
    sets = [torch.randn(count, 5, generator=generator) for count in (60, 80, 30)]
    ours = fld(*(make_features(rows) for rows in sets), baseline=1.5)["fld"].value
    mean, scale = sets[1].mean(dim=0), sets[1].std(dim=0)
    training, new, made = ((rows - mean) / scale for rows in sets)
    background = 0.81 * (training - training.mean(dim=0)).square().sum(dim=1)
    logs = _fitted_by_autograd(torch.cdist(training, made).square(), background, 5)
    near = -0.5 * torch.cdist(new, made).square() / logs.exp() - 5 / 2 * (logs + math.log(2 * math.pi))
    likelihood = (torch.logsumexp(near, dim=1) - math.log(30)).mean()
    agrees(ours, 100 * (-likelihood / 5 - 1.5), against="the definition, written out", abs_=1e-3)


def test_in_many_dimensions_the_real_distribution_is_told_from_what_is_not(make_features):
    """A background kept in the evaluation made all of these alike."""
    generator = torch.Generator().manual_seed(0)

    def draw(count: int, shift: float = 0.0) -> torch.Tensor:
        return torch.relu(torch.randn(count, 768, generator=generator) + shift)

    training, held_out = make_features(draw(500)), make_features(draw(400))
    sets = {
        "same": draw(500),
        "repeated": draw(20).repeat(25, 1),
        "shifted": draw(500, 1.0),
        "noise": 3 * torch.rand(500, 768, generator=generator),
    }
    found = {
        name: fld(training, held_out, make_features(rows), baseline=1.5)["fld"] for name, rows in sets.items()
    }
    values = [found[name].value for name in ("same", "repeated", "shifted", "noise")]
    assert values == sorted(values)
    for name in ("repeated", "shifted", "noise"):
        assert found[name].low > found["same"].high


def test_the_baseline_is_what_half_of_the_training_images_reach(draw, make_features):
    training, held_out = draw(400), draw(300)
    found = fld(training, held_out, draw(200))["fld"]
    assert abs(found.value) < 5
    assert "around 200 of the training images" in found.notes[0]
    given = fld(training, held_out, draw(200), baseline=1.2)["fld"]
    assert given.notes == ()
    assert given.value > found.value + 10


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


def test_a_dimension_that_never_varies_does_no_harm(draw, make_features):
    sets = [make_features(torch.cat([draw(50).values, torch.ones(50, 1)], dim=1)) for _ in range(3)]
    assert math.isfinite(fld(*sets)["fld"].value)
    with pytest.raises(TooFewSamplesError):
        fld(sets[0], make_features(sets[1].values[:1]), sets[2])
