from __future__ import annotations

import pytest
import torch

from metrics.statistics.critics import Critic, trained_critics


def _normal(seed: int, count: int, dimensions: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dimensions, generator=generator, dtype=torch.float64)


def _fit(real: torch.Tensor, made: torch.Tensor, *, steps: int, **settings: float) -> Critic:
    """The critic after a single phase."""
    (critic,) = trained_critics(real, made, phases=[steps], **settings)
    return critic


def test_the_critic_reaches_the_distance_between_shifted_normals():
    real, made = _normal(0, 2000) + 1, _normal(1, 2000)
    critic = _fit(real, made, hidden=16, steps=300, penalty=10.0)
    assert float(critic(real).mean() - critic(made).mean()) == pytest.approx(1, abs=0.15)
    assert critic.steepest(real, made) == pytest.approx(1, abs=0.2)


def test_the_distance_has_the_units_of_the_rows():
    real, made = _normal(0, 500, 2) + 1, _normal(1, 500, 2)
    gaps = []
    for unit in (1.0, 1000.0):
        critic = _fit(unit * real, unit * made, hidden=8, steps=50, penalty=10.0)
        gaps.append(float(critic(unit * real).mean() - critic(unit * made).mean()))
    assert gaps[1] == pytest.approx(1000 * gaps[0], rel=1e-3)


def test_training_is_the_same_to_the_bit():
    rows = _normal(0, 100, 3)
    first, again, other = (
        _fit(rows, rows + 1, hidden=8, steps=5, penalty=10.0, seed=seed)(rows) for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_phase_goes_on_where_the_one_before_ended():
    real, made = _normal(0, 2000) + 1, _normal(1, 2000)
    critics = list(trained_critics(real, made, hidden=16, phases=[20, 280], penalty=10.0))
    first, second = (float(critic(real).mean() - critic(made).mean()) for critic in critics)
    alone = _fit(real, made, hidden=16, steps=20, penalty=10.0)
    assert first == float(alone(real).mean() - alone(made).mean())
    assert first < 0.8 < second
