from __future__ import annotations

import pytest
import torch

from metrics.catalogue.wasserstein_critic import wasserstein_critic
from metrics.errors import InvalidSettingError, NotConvergedError, TooFewSamplesError
from tests.support.agreement import agrees


def _normal(seed: int, count: int, dimensions: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dimensions, generator=generator, dtype=torch.float64)


def test_shifted_normals(make_features):
    sets = make_features(_normal(0, 3000) + 1), make_features(_normal(1, 3000))
    found = wasserstein_critic(*sets, steps=1000, hidden=16)["wasserstein_critic"]
    # W1 of N(1, 1) and N(0, 1).
    agrees(found.value, 1, against="closed form: two Gaussians", abs_=0.08)
    assert found.high > 0.95
    assert found.notes == ()


def test_a_critic_that_still_learns_is_flagged(make_features):
    sets = make_features(_normal(0, 40) + 1), make_features(_normal(1, 40))
    found = wasserstein_critic(*sets, steps=20, hidden=16)["wasserstein_critic"]
    assert "Not converged: the second half of the critic's 20 steps raised its number" in found.notes[0]
    assert found.high - found.value > found.value - found.low


def test_a_rise_beyond_the_interval_is_refused(make_features):
    sets = make_features(_normal(0, 3000) + 1), make_features(_normal(1, 3000))
    with pytest.raises(NotConvergedError, match="raise `steps`"):
        wasserstein_critic(*sets, steps=100, hidden=16)


def test_a_single_step_is_refused(make_features):
    sets = make_features(_normal(0, 40) + 1), make_features(_normal(1, 40))
    with pytest.raises(InvalidSettingError, match="at least 2 steps"):
        wasserstein_critic(*sets, steps=1)


def test_equal_distributions_give_nothing_on_average(make_features):
    values = []
    for seed in range(6):
        sets = make_features(_normal(2 * seed, 400, 8)), make_features(_normal(2 * seed + 1, 400, 8))
        values.append(wasserstein_critic(*sets, steps=30, hidden=8)["wasserstein_critic"].value)
    assert abs(sum(values)) / 6 < 0.1
    assert min(values) < 0 < max(values)


def test_too_few_are_refused(make_features):
    with pytest.raises(TooFewSamplesError, match="3 held-out and 9 generated"):
        wasserstein_critic(make_features(torch.ones(3, 2)), make_features(torch.ones(9, 2)))
