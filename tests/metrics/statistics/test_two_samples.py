from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from metrics.statistics.two_samples import binned_divergence, kolmogorov_smirnov


def test_kolmogorov_smirnov_is_scipys_with_ties_too(vector_a, vector_b):
    one, other = vector_a.flatten(), vector_b.flatten()[:100]
    for round_to in (8, 1):
        pair = one.round(decimals=round_to), other.round(decimals=round_to)
        assert kolmogorov_smirnov(*pair) == pytest.approx(stats.ks_2samp(*pair).statistic, abs=1e-12)


def test_divergence_of_equal_and_of_disjoint_samples():
    values = torch.arange(100.0)
    assert binned_divergence(values, values.flip(0)) == pytest.approx(0, abs=1e-12)
    assert binned_divergence(values, values + 1000) == pytest.approx(math.log(2))
    assert binned_divergence(torch.ones(5), torch.ones(9)) == 0


def test_divergence_by_hand():
    # Borders at the quantiles of both together: of 0, 0, 1, 1 the bins are 0 and 1; shares 1/2, 1/2 and 1, 0.
    one, other = torch.tensor([0.0, 1.0, 0.0, 1.0]), torch.tensor([0.0, 0.0, 0.0, 0.0])
    expected = (0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25) + math.log(1 / 0.75)) / 2
    assert binned_divergence(one, other, bins=4) == pytest.approx(expected)


def test_shares_of_sets_of_unlike_size_weigh_alike():
    few, many = torch.arange(40.0), torch.arange(400.0) / 10
    assert binned_divergence(few, many) < 0.01
