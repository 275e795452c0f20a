from __future__ import annotations

import pytest
import torch

from metrics.statistics.manifolds import held, held_both_ways

SMALL_MEMORY = 2**16


@pytest.fixture
def sets(lcg):
    """Two sets on a coarse grid, where many distances are equal; some rows are in both."""
    one, other = ((4 * lcg(seed, count, 3)).round() for seed, count in ((5, 120), (6, 70)))
    other[:20] = one[:20]
    return one, other


def _by_hand(one, other, k):
    """Closed and open counts, and which balls hold any, from all distances at once."""
    own = torch.cdist(other, other).fill_diagonal_(torch.inf)
    radii = own.kthvalue(k, dim=1).values
    distances = torch.cdist(one, other)
    return (distances <= radii).sum(1), (distances < radii).sum(1), (distances < radii).any(0)


@pytest.mark.parametrize("memory_bytes", [SMALL_MEMORY, 2**31])
@pytest.mark.parametrize("k", [1, 5])
def test_edges_count_as_by_hand(make_features, sets, k, memory_bytes):
    one, other = sets
    expected = _by_hand(one, other, k), _by_hand(other, one, k)
    assert not torch.equal(expected[0][0], expected[0][1])
    both = held_both_ways(make_features(one), make_features(other), k, memory_bytes)
    alone = held(make_features(one), make_features(other), k, memory_bytes)
    for found, (closed, inside, filled) in zip((*both, alone), (*expected, expected[0]), strict=True):
        assert torch.equal(found.closed, closed)
        assert torch.equal(found.open, inside)
        assert torch.equal(found.is_filled, filled)


def test_who_asks_alike_gets_what_was_found(make_features, sets):
    one, other = (make_features(part) for part in sets)
    both = held_both_ways(one, other, 3)
    assert held(one, other, 3) is both[0]
    assert held(one, other, 2) is not both[0]
