from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist

from metrics.errors import TooFewSamplesError
from metrics.statistics.duplicates import count_pairs_within, nearest_pairs, support_interval, support_size


@pytest.mark.parametrize("wanted", [10, 60])
def test_scipy_agrees(make_features, vector_a, wanted):
    features = make_features(vector_a)
    found = nearest_pairs(features, wanted)
    every = pdist(vector_a.numpy())
    assert found.distances.numpy() == pytest.approx(np.sort(every)[:wanted], rel=1e-12)
    first, second = np.triu_indices(64, 1)
    best = np.argsort(every)[:wanted]
    assert found.first.tolist() == first[best].tolist()
    assert found.second.tolist() == second[best].tolist()
    for radius in (0.0, 0.5, float(found.distances[3])):
        assert count_pairs_within(features, radius) == int((every <= radius).sum())


def test_blocks_make_no_difference(make_features):
    values = torch.randn(2100, 2, generator=torch.Generator().manual_seed(0))
    values[2099], values[5] = values[3], values[2050]
    features = make_features(values)
    found = nearest_pairs(features, 2)
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(3, 2099), (5, 2050)]
    assert found.distances.tolist() == [0, 0]
    assert count_pairs_within(features, 0.0) == 2


def test_fewer_pairs_are_given_where_there_are_fewer(make_features):
    assert len(nearest_pairs(make_features(torch.eye(3)), 20).first) == 3
    with pytest.raises(TooFewSamplesError):
        nearest_pairs(make_features(torch.eye(3)[:1]), 5)


def test_the_birthday_problem():
    # With 471 images of 160,000 a duplicate is as likely as not: P = .49966.
    assert support_size(0, 471) == pytest.approx(160_000, rel=0.01)
    assert support_size(1, 400) == 400 * 399 / 2
    low, high = support_interval(0, 400)
    assert low == pytest.approx(400 * 399 / 2 / -math.log(0.025))
    assert high == math.inf


def test_the_interval_covers_the_truth_as_often_as_it_says():
    generator = torch.Generator().manual_seed(0)
    covered = 0
    for _ in range(200):
        draws = torch.randint(2000, (200,), generator=generator)
        counts = torch.bincount(draws)
        pairs = int((counts * (counts - 1)).sum()) // 2
        low, high = support_interval(pairs, 200)
        covered += low <= 2000 <= high
    assert covered >= 185
