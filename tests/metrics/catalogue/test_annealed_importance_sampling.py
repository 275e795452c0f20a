from __future__ import annotations

import pytest
import torch

from metrics import open_images
from metrics.catalogue.annealed_importance_sampling import annealed_importance_sampling
from metrics.errors import InvalidSettingError, NotConvergedError
from tests.support.agreement import agrees
from tests.support.metric_world import ToyGenerator

NAME = "ais_log_likelihood"


def _exact(pixels: torch.Tensor, noise: float) -> float:
    """log N(x; m, WᵀW + noise² I), by the matrix determinant and inversion lemmas over 4 latents."""
    weights = 24 / 255 * 0.3 * torch.linspace(-1, 1, 48, dtype=torch.float64).reshape(4, 3, 2, 2)
    weights = weights.repeat_interleave(8, dim=2).repeat_interleave(8, dim=3).flatten(1)
    rows = pixels.double().flatten(1) / 255 - 96 / 255
    size = rows.shape[1]
    inner = torch.eye(4, dtype=torch.float64) + weights @ weights.T / noise**2
    projected = rows @ weights.T / noise**2
    squares = rows.square().sum(dim=1) / noise**2
    squares -= (projected * torch.linalg.solve(inner, projected.T).T).sum(dim=1)
    constant = size * torch.log(torch.tensor(2 * torch.pi * noise**2)) + torch.logdet(inner)
    return float((-0.5 * (squares + constant)).mean())


def test_a_linear_generator_has_its_exact_likelihood():
    pixels = ToyGenerator().sample(4, seed=3)
    found = annealed_importance_sampling(
        open_images(pixels), ToyGenerator(), distributions=200, chains=16, noise=0.2
    )
    agrees(found[NAME].value, _exact(pixels, 0.2), against="closed form: a linear generator", abs_=0.5)
    assert found[NAME].low < found[NAME].value < found[NAME].high
    assert "noise on values from 0 to 1 is 0.2" in found[NAME].notes[0]
    assert found[NAME].notes[1].startswith("Converged: at 200 distributions")


def test_too_few_distributions_are_flagged_and_the_interval_reaches_up_to_the_truth():
    pixels = ToyGenerator().sample(8, seed=3)
    found = annealed_importance_sampling(
        open_images(pixels), ToyGenerator(), distributions=10, chains=4, noise=0.03
    )[NAME]
    assert "Not converged" in found.notes[1]
    assert "raise `distributions` or `chains`" in found.notes[1]
    assert found.value < _exact(pixels, 0.03) < found.high


def test_a_gap_wider_than_the_interval_is_refused():
    pixels = ToyGenerator().sample(8, seed=3)
    with pytest.raises(NotConvergedError, match="nats too low or more, which is more than its interval"):
        annealed_importance_sampling(
            open_images(pixels), ToyGenerator(), distributions=4, chains=2, noise=0.01
        )


def test_without_noise_there_is_no_likelihood():
    with pytest.raises(InvalidSettingError):
        annealed_importance_sampling(open_images(ToyGenerator().sample(2, seed=3)), ToyGenerator(), noise=0.0)
