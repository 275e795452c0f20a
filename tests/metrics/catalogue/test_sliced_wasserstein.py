from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from metrics.catalogue.sliced_wasserstein import sliced_wasserstein
from metrics.errors import TooFewSamplesError
from metrics.statistics.sliced import sliced_distance
from tests.support.agreement import agrees


def _column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


def test_by_hand_on_a_line(make_features):
    # In one dimension every direction is the line itself: (1² + 1² + 4²) / 3.
    found = sliced_wasserstein(make_features(_column(0, 1, 2)), make_features(_column(6, 1, 2)))
    agrees(found["sliced_wasserstein"].value, 6**0.5, against="by hand", rel=1e-6)


def test_sets_of_unlike_size_share_their_mass():
    # Half of 0 stays, half goes to 1; all of 2 goes to 1: quantiles [0, 1/3], [1/3, 1/2], [1/2, 1].
    found, _ = sliced_distance(_column(0, 2), _column(0, 1, 1), directions=3, seed=0)
    agrees(found, (1 / 6) * 1 + (1 / 2) * 1, against="by hand", rel=1e-6)


def test_an_assignment_by_scipy_agrees(vector_a, vector_b):
    one, other = vector_a[:, :1], vector_b[:, :1]
    costs = (one - other.T).square().numpy()
    rows, columns = linear_sum_assignment(costs)
    ours, _ = sliced_distance(one, other, directions=2, seed=0)
    agrees(ours, costs[rows, columns].mean(), against="scipy", rel=1e-12)


def test_shifted_sets_have_the_closed_form(vector_a):
    shift = torch.linspace(0, 1, 8, dtype=torch.float64)
    square, _ = sliced_distance(vector_a, vector_a + shift, directions=4000, seed=1)
    agrees(square, shift.square().mean(), against="closed form: a shifted set", rel=0.03)


def test_the_standard_error_is_the_spread_over_draws():
    generator = torch.Generator().manual_seed(0)
    draws = []
    for _ in range(100):
        one, other = (torch.randn(200, 3, generator=generator) for _ in range(2))
        draws.append(sliced_distance(one, 1.5 * other + 1, directions=16, seed=0))
    spread = np.std([value for value, _ in draws])
    assert np.mean([error for _, error in draws]) / spread == pytest.approx(1, abs=0.25)


def test_one_image_is_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError):
        sliced_wasserstein(make_features(vector_a), make_features(vector_a[:1]))
