from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_influence import frechet_interval, influences
from metrics.statistics.moments import moments_of


@pytest.fixture
def known(make_features):
    """Moments with all their images as witnesses."""
    return lambda values: replace(moments_of(make_features(values)), witnesses=values)


def _without(values, row):
    return torch.cat([values[:row], values[row + 1 :]])


@pytest.mark.parametrize("side", [0, 1])
def test_leaving_an_image_out_changes_the_distance_by_its_influence(known, lcg, side):
    values = [lcg(1, 300, 6), 0.8 * lcg(2, 250, 6) + 0.1]
    sets = [known(part) for part in values]
    full = frechet_distance(*sets)
    changes = []
    for row in range(30):
        left = list(sets)
        left[side] = known(_without(values[side], row))
        changes.append((full - frechet_distance(*left)) * (len(values[side]) - 1))
    actual = torch.tensor(changes, dtype=torch.float64)
    predicted = influences(*sets)[side][:30]
    # What all have in common is the bias of few images, and no image's influence.
    gap = (predicted - predicted.mean()) - (actual - actual.mean())
    assert float(gap.norm() / actual.std() / 30**0.5) < 0.08  # an image is no infinitesimal change


@pytest.mark.parametrize("collapsed", [(0,), (1,), (0, 1)])
def test_images_that_are_all_the_same_have_a_distance_and_an_interval(known, lcg, collapsed):
    """A generator that has collapsed wholly: its covariance has no root to speak of."""
    sets = [lcg(1, 40, 6), lcg(2, 30, 6)]
    for side in collapsed:
        sets[side] = sets[side][:1].repeat(len(sets[side]), 1)
    one, other = (known(values) for values in sets)
    distance = frechet_distance(one, other)
    expected = float((one.mean - other.mean).square().sum()) + one.trace + other.trace
    assert distance == pytest.approx(expected)
    low, high, _ = frechet_interval(one, other, distance)
    assert 0 <= low <= distance <= high


@pytest.mark.parametrize(("n", "m"), [(30, 300), (300, 30), (30, 35), (300, 200)])
def test_both_sides_factor_alike(known, lcg, n, m):
    one, other = known(lcg(1, n, 40)), known(0.8 * lcg(2, m, 40) + 0.1)
    there, back = influences(one, other), influences(other, one)
    assert torch.allclose(there[0], back[1], rtol=1e-6, atol=1e-9)
    assert torch.allclose(there[1], back[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("n", "d"), [(400, 4), (30, 40)])
def test_the_interval_is_the_spread_over_draws(known, n, d):
    generator = torch.Generator().manual_seed(0)
    draws = []
    for _ in range(100):
        one, other = (
            known(torch.randn(n, d, generator=generator, dtype=torch.float64) * s + s) for s in (1.0, 1.5)
        )
        value = frechet_distance(one, other)
        low, high, how = frechet_interval(one, other, value)
        draws.append((value, (high - low) / (2 * 1.96)))
    values, errors = torch.tensor(draws).T
    assert float(errors.mean() / values.std()) == pytest.approx(1, abs=0.3)
    assert how == "delta method over images"


def test_a_set_without_images_is_exact(known, lcg):
    one, other = (known(lcg(seed, 100, 5)) for seed in (1, 2))
    bare = replace(other, witnesses=None)
    low, high, how = frechet_interval(one, bare, 0.5)
    wider = frechet_interval(one, other, 0.5)
    assert influences(one, bare)[1] is None
    assert wider[0] < low < 0.5 < high < wider[1]
    assert "taken as exact" in how
