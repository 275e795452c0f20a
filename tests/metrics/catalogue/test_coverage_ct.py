from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.neighbors import KernelDensity

from metrics.catalogue.coverage_ct import coverage_ct
from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.ordering import seeded_order
from tests.support.agreement import agrees


def _gaussian(seed: int, count: int = 2000) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_same_distribution_covers_its_mass(make_features):
    found = coverage_ct(make_features(_gaussian(0)), make_features(_gaussian(1)))["coverage_ct"]
    assert found.value == pytest.approx(0.95, abs=0.015)
    assert found.low < 0.95 < found.high


def test_a_lost_half_is_not_covered(make_features):
    far = _gaussian(0)
    far[:1000] += 100.0
    found = coverage_ct(make_features(far), make_features(_gaussian(1)))["coverage_ct"]
    agrees(found.value, 0.475, against="closed form: two Gaussians", abs_=0.015)


def test_a_narrow_gaussian_covers_what_its_ellipse_holds(make_features):
    # 95 % of N(0, s² I) lie within 2.4477 s; of N(0, I), 1 - exp(-r²/2) do.
    found = coverage_ct(make_features(_gaussian(0)), make_features(0.5 * _gaussian(1)), bandwidth=0.05)
    agrees(found["coverage_ct"].value, 0.527, against="closed form: two Gaussians", abs_=0.05)


def test_scikit_learns_density_covers_the_same(make_features, vector_a, vector_b):
    sets = make_features(vector_a), make_features(vector_b)
    found = coverage_ct(*sets, mass=0.8, bandwidth=0.3)["coverage_ct"].value
    kernels, rest = vector_b[seeded_order(vector_b, 0)].split(32)  # halves as the metric takes them
    density = KernelDensity(bandwidth=0.3).fit(kernels.numpy())
    own, real = (np.sort(density.score_samples(rows.numpy())) for rows in (rest, vector_a))
    # 32 densities part the line into 33: the sixth has 6 of 33 below it, the last within 20 %.
    agrees(found, (real > own[5]).mean(), against="scikit-learn", abs_=0)


def test_what_cannot_be_measured_is_refused(make_features):
    sets = make_features(_gaussian(0)), make_features(_gaussian(1, 39))
    with pytest.raises(TooFewSamplesError, match="give at least 40"):
        coverage_ct(*sets)
    with pytest.raises(InvalidSettingError):
        coverage_ct(*sets, mass=1.0)
