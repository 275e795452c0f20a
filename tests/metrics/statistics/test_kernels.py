from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch_fidelity.metric_kid import kid_features_to_metric

from metrics.errors import TooFewSamplesError
from metrics.statistics import kernels
from metrics.statistics.kernels import polynomial_discrepancies


def test_all_rows_give_the_reference_value(vector_a, vector_b, numbers):
    found = polynomial_discrepancies(vector_a, vector_b, subsets=1, subset_size=64)
    assert found.full == pytest.approx(numbers["kernel_unbiased"], rel=1e-12)
    assert float(found.subsets[0]) == pytest.approx(numbers["kernel_unbiased"], rel=1e-12)


def test_each_subset_is_what_its_rows_give(vector_a, vector_b):
    found = polynomial_discrepancies(vector_a, vector_b, subsets=7, subset_size=20, seed=2020)
    generator = np.random.RandomState(2020)
    for value in found.subsets.tolist():
        one = vector_a[generator.choice(64, 20, replace=False)]
        other = vector_b[generator.choice(64, 20, replace=False)]
        alone = polynomial_discrepancies(one, other, subsets=1, subset_size=20).full
        assert value == pytest.approx(alone, rel=1e-11)


def test_torch_fidelitys_subsets_by_their_seed(vector_a, vector_b):
    found = polynomial_discrepancies(vector_a, vector_b, subsets=50, subset_size=30, seed=2020).subsets
    peer = kid_features_to_metric(
        vector_a, vector_b, kid_subsets=50, kid_subset_size=30, rng_seed=2020, verbose=False
    )
    assert float(found.mean()) == pytest.approx(peer["kernel_inception_distance_mean"], rel=1e-10)
    assert float(found.std(correction=0)) == pytest.approx(peer["kernel_inception_distance_std"], rel=1e-10)


def test_blocks_make_no_difference(vector_a, vector_b, monkeypatch):
    whole = polynomial_discrepancies(vector_a, vector_b[:50], subsets=3, subset_size=40)
    monkeypatch.setattr(kernels, "TILE_ROWS", 21)
    monkeypatch.setattr(kernels, "TILE_COLUMNS", 7)
    tiles = polynomial_discrepancies(vector_a, vector_b[:50], subsets=3, subset_size=40)
    assert torch.allclose(whole.subsets, tiles.subsets, rtol=1e-12, atol=0)
    assert whole.full == pytest.approx(tiles.full, rel=1e-12)
    assert whole.error == pytest.approx(tiles.error, rel=1e-12)


@pytest.mark.parametrize("offset", [0.0, 300.0])
def test_a_mean_far_above_the_spread_costs_float32_no_digits(offset):
    generator = torch.Generator().manual_seed(0)
    one, other = (offset + torch.randn(400, 200, generator=generator) for _ in range(2))
    found = polynomial_discrepancies(one, other, subsets=5, subset_size=100)
    kernel = [(x @ y.T / 200 + 1) ** 3 for x, y in _pairs_of(one.double().numpy(), other.double().numpy())]
    within = [(gram.sum() - np.trace(gram)) / (400 * 399) for gram in kernel[:2]]
    assert abs(found.full - (sum(within) - 2 * kernel[2].mean())) < 1e-4 * found.error


def _pairs_of(one, other):
    return (one, one), (other, other), (one, other)


def test_closed_form_for_shifted_gaussians():
    # N(0, I_d) against N(μ, I_d) with |μ|² = 2, d = 8.
    generator = torch.Generator().manual_seed(0)
    one = torch.randn(4000, 8, generator=generator, dtype=torch.float64)
    other = torch.randn(4000, 8, generator=generator, dtype=torch.float64) + 0.5
    found = polynomial_discrepancies(one, other, subsets=20, subset_size=1000)
    assert found.full == pytest.approx(1.1171875, abs=0.12)


def test_unbiased_around_zero_for_one_distribution():
    generator = torch.Generator().manual_seed(1)
    draws = [torch.randn(200, 4, generator=generator, dtype=torch.float64) for _ in range(80)]
    values = [
        polynomial_discrepancies(one, other, subsets=1, subset_size=200).full
        for one, other in zip(draws[::2], draws[1::2], strict=True)
    ]
    assert abs(np.mean(values)) < 4 * np.std(values) / math.sqrt(len(values))
    assert min(values) < 0


@pytest.mark.parametrize("size", [0, 1, 65])
def test_impossible_subsets_are_refused(vector_a, vector_b, size):
    with pytest.raises(TooFewSamplesError, match="use a size from 2 to 64"):
        polynomial_discrepancies(vector_a, vector_b, subsets=1, subset_size=size)


def test_the_error_is_that_of_leaving_out_each_row(vector_a, vector_b):
    one, other = vector_a[:9], vector_b[:7]

    def full(x, y):
        return polynomial_discrepancies(x, y, subsets=1, subset_size=2).full

    def variance(estimates):
        return (len(estimates) - 1) * float(torch.tensor(estimates, dtype=torch.float64).var(correction=0))

    def drop(rows, index):
        return torch.cat([rows[:index], rows[index + 1 :]])

    left = variance([full(drop(one, i), other) for i in range(9)])
    left += variance([full(one, drop(other, i)) for i in range(7)])
    found = polynomial_discrepancies(one, other, subsets=1, subset_size=2)
    assert found.error == pytest.approx(math.sqrt(left), rel=1e-9)
