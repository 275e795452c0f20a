from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
import torch

from metrics.statistics.frechet import frechet_distance
from metrics.statistics.moments import moments_of


@pytest.fixture
def distance(make_features):
    """Fréchet distance between two matrices of features."""

    def measure(one, other, **settings):
        return frechet_distance(moments_of(make_features(one)), moments_of(make_features(other)), **settings)

    return measure


def test_the_reference_vectors_are_ours(vector_a, vector_b, numbers):
    assert vector_a[0, :3].tolist() == numbers["lcg_A_first"]
    assert float(vector_a.sum()) == pytest.approx(numbers["lcg_A_sum"], rel=1e-14)
    assert float(vector_b.sum()) == pytest.approx(numbers["lcg_B_sum"], rel=1e-14)


def test_reference_value(distance, vector_a, vector_b, numbers):
    assert distance(vector_a, vector_b) == pytest.approx(numbers["frechet_ddof1"], rel=1e-12)
    assert distance(vector_a, vector_b, ddof=0) == pytest.approx(numbers["frechet_ddof0"], rel=1e-12)


def test_rank_deficient_reference_value(distance, vector_a, vector_b, numbers):
    assert distance(vector_a[:5], vector_b[:5]) == pytest.approx(numbers["frechet_first_5_rows"], rel=1e-12)


@pytest.mark.parametrize("rows", [2, 5, 8, 9, 64])
def test_identical_sets_have_no_distance(distance, vector_a, rows):
    assert abs(distance(vector_a[:rows], vector_a[:rows])) < 1e-12


def test_few_against_many_equals_the_square_root(distance, vector_a, vector_b):
    one, other = np.cov(vector_a[:6].numpy().T), np.cov(vector_b.numpy().T)
    # The few rows' covariance is singular, where sqrtm keeps half the digits.
    root = scipy.linalg.sqrtm(one @ other).real
    means = float((vector_a[:6].mean(0) - vector_b.mean(0)).square().sum())
    expected = means + np.trace(one) + np.trace(other) - 2 * np.trace(root)
    assert distance(vector_a[:6], vector_b) == pytest.approx(expected, rel=1e-6)
    assert distance(vector_b, vector_a[:6]) == pytest.approx(distance(vector_a[:6], vector_b), rel=1e-12)


def test_dead_features_change_nothing(distance, vector_a, vector_b, numbers):
    dead = torch.zeros(64, 3, dtype=torch.float64)
    one, other = torch.cat([vector_a, dead], 1), torch.cat([vector_b, dead], 1)
    assert distance(one, other) == pytest.approx(numbers["frechet_ddof1"], rel=1e-10)


def test_duplicated_features_count_twice(distance, vector_a, vector_b, numbers):
    one, other = torch.cat([vector_a, vector_a], 1), torch.cat([vector_b, vector_b], 1)
    assert distance(one, other) == pytest.approx(2 * numbers["frechet_ddof1"], rel=1e-10)


def test_scaling_rotation_and_shift(distance, vector_a, vector_b, lcg):
    plain = distance(vector_a, vector_b)
    rotation, _ = torch.linalg.qr(lcg(5, 8, 8))
    assert distance(3 * vector_a, 3 * vector_b) == pytest.approx(9 * plain, rel=1e-12)
    assert distance(vector_a @ rotation, vector_b @ rotation) == pytest.approx(plain, rel=1e-12)
    assert distance(vector_a, vector_a + 2) == pytest.approx(8 * 4, rel=1e-12)


def test_one_dimension_has_a_closed_form(distance, vector_a, vector_b):
    one, other = vector_a[:, :1], vector_b[:, :1]
    expected = float((one.mean() - other.mean()) ** 2 + (one.std() - other.std()) ** 2)
    assert distance(one, other) == pytest.approx(expected, rel=1e-12)


def test_bias_on_few_images_is_the_known_one(distance):
    # Two sets of N from N(0, I_d): N E[distance] → 2 (d + d (d + 1) / 4).
    dimensions, rows, draws = 16, 1000, 30
    generator = torch.Generator().manual_seed(0)
    sample = torch.randn(2 * draws, rows, dimensions, generator=generator, dtype=torch.float64)
    values = [rows * distance(sample[2 * draw], sample[2 * draw + 1]) for draw in range(draws)]
    expected = 2 * (dimensions + dimensions * (dimensions + 1) / 4)
    error = np.std(values) / math.sqrt(draws)
    assert np.mean(values) == pytest.approx(expected, abs=4 * error + 0.02 * expected)
