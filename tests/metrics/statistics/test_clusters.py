from __future__ import annotations

import pytest
import torch
from sklearn.cluster import KMeans

from metrics.errors import TooFewSamplesError
from metrics.statistics.clusters import kmeans, nearest_centre


def _inertia(values, found):
    return float((values - found.centres[found.members]).square().sum())


def test_three_heaps_are_found():
    heaps = torch.tensor([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0], [0.0, 50.0]])
    found = kmeans(heaps, 3)
    assert sorted(found.centres.tolist()) == [[0.0, 1.0], [0.0, 50.0], [10.0, 1.0]]
    assert found.members[0] == found.members[1] != found.members[2] == found.members[3]


def test_it_ends_where_scikit_learn_ends_from_the_same_start(lcg):
    values = lcg(4, 200, 5)
    ours = kmeans(values, 6, seed=3)
    peer = KMeans(6, init=ours.centres.numpy(), n_init=1, tol=0).fit(values.numpy())
    assert _inertia(values, ours) == pytest.approx(peer.inertia_, rel=1e-12)  # a fixed point of Lloyd's


def test_the_start_is_as_good_as_scikit_learns(lcg):
    values = lcg(4, 300, 4)
    ours = min(_inertia(values, kmeans(values, 8, seed=seed)) for seed in range(10))
    peer = KMeans(8, n_init=10, random_state=0).fit(values.numpy()).inertia_
    assert ours == pytest.approx(peer, rel=0.02)


def test_row_order_does_not_matter_and_the_seed_does(lcg):
    values = lcg(4, 100, 3)
    one, turned = kmeans(values, 5, seed=1), kmeans(values.flip(0), 5, seed=1)
    assert torch.equal(one.centres, turned.centres)
    assert torch.equal(one.members, turned.members.flip(0))
    assert not torch.equal(one.centres, kmeans(values, 5, seed=2).centres)


def test_the_nearest_centre_is_found(lcg):
    values, centres = lcg(5, 40, 3), lcg(6, 7, 3)
    assert torch.equal(nearest_centre(values, centres), torch.cdist(values, centres).argmin(dim=1))


def test_equal_rows_leave_centres_empty_but_finite():
    found = kmeans(torch.ones(5, 2), 3)
    assert torch.equal(found.centres, torch.ones(3, 2, dtype=torch.float64))


def test_more_clusters_than_rows_are_refused():
    with pytest.raises(TooFewSamplesError, match="3 images can't be put into 4 clusters"):
        kmeans(torch.ones(3, 2), 4)
