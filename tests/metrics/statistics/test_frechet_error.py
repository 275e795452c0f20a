from __future__ import annotations

import math

import pytest
import torch

from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_error import bias_notes, frechet_standard_error
from metrics.statistics.moments import moments_of


def _draw(seed: int, count: int, scale: float, shift: float):
    generator = torch.Generator().manual_seed(seed)
    spread = scale * torch.arange(1, 7, dtype=torch.float64) ** -0.5
    return shift + spread * torch.randn(count, 6, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("count", [5, 300])  # fewer than dimensions, and more
def test_the_error_is_the_spread_over_draws(make_features, count):
    distances, errors = [], []
    for seed in range(60):
        one = moments_of(make_features(_draw(2 * seed, count, 1.0, 0.0)))
        other = moments_of(make_features(_draw(2 * seed + 1, count, 1.6, 0.5)))
        distances.append(frechet_distance(one, other))
        errors.append(frechet_standard_error(one, other))
    spread = float(torch.tensor(distances).std())
    assert sum(errors) / len(errors) == pytest.approx(spread, rel=0.3)


def test_two_normals_on_a_line_have_a_closed_form(make_features):
    # (m1 - m2)² + (s1 - s2)²: its variance is 4 (m1 - m2)² (v1/n + v2/n) + 4 (s1 - s2)² (v1 + v2) / 2n.
    one = moments_of(make_features(_draw(1, 20_000, 1.0, 0.0)[:, :1]))
    other = moments_of(make_features(_draw(2, 20_000, 2.0, 1.0)[:, :1]))
    expected = math.sqrt((4 * 1 * (1 + 4) + 4 * 1 * (1 + 4) / 2) / 20_000)
    assert frechet_standard_error(one, other) == pytest.approx(expected, rel=0.05)
    assert frechet_standard_error(other, one) == pytest.approx(frechet_standard_error(one, other), rel=1e-9)


def test_equal_sets_and_unknown_features_leave_no_error(make_features, vector_a, vector_b):
    one, other = moments_of(make_features(vector_a)), moments_of(make_features(vector_b))
    assert frechet_standard_error(one, one) == pytest.approx(0, abs=1e-9)
    exact = type(one)(one.mean, one.count, one.provenance, scatter=one.covariance * (one.count - 1))
    assert 0 < frechet_standard_error(exact, other) < frechet_standard_error(one, other)


def test_notes_name_the_number_that_matters():
    assert "below 2,048" in bias_notes(500)[0]
    assert "below 10,000" in bias_notes(5000)[0]
    assert bias_notes(10_000) == ()
