from __future__ import annotations

import gc
import weakref

import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from metrics.errors import TooFewSamplesError
from metrics.statistics.neighbours import nearest, neighbour_table, radii, shared_pairs
from metrics.statistics.sharing import remembered

SMALL_MEMORY = 2**16  # tiles of a few rows


@pytest.fixture
def sets(lcg):
    """Two sets of 150 and 90 vectors far from the origin; 20 rows are in both, 5 of them twice."""
    one, other = 50 + lcg(5, 150, 12), 50 + lcg(6, 90, 12)
    other[:20] = one[:20]
    other[20:25] = one[:5]
    return one, other


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("memory_bytes", [SMALL_MEMORY, 2**31])
def test_scikit_learn_finds_the_same(sets, dtype, memory_bytes):
    queries, points = (part.to(dtype) for part in sets)
    found = nearest(queries, points, k=4, memory_bytes=memory_bytes)
    peer = NearestNeighbors(n_neighbors=4, algorithm="kd_tree").fit(points.double().numpy())
    distances = torch.from_numpy(peer.kneighbors(queries.double().numpy())[0])
    assert torch.allclose(found.distances, distances, rtol=1e-12, atol=0)
    differences = queries.double()[:, None] - points.double()[found.indices]
    assert torch.allclose(found.distances, differences.square().sum(2).sqrt(), rtol=1e-14, atol=0)


def test_duplicates_are_at_distance_zero_and_listed_by_row(sets):
    one, other = sets
    found = nearest(one[:5], other, k=2)
    assert torch.equal(found.distances, torch.zeros(5, 2, dtype=torch.float64))
    assert found.indices.tolist() == [[row, row + 20] for row in range(5)]


def test_a_vector_is_kept_from_itself_by_its_index(sets):
    _, other = sets
    found = nearest(other, other, k=1, exclude_self=True, memory_bytes=SMALL_MEMORY)
    assert found.indices[:5, 0].tolist() == [20, 21, 22, 23, 24]  # its copy, not itself
    assert found.distances[:5].abs().max() == 0
    assert (found.indices[:, 0] != torch.arange(90)).all()


def test_near_duplicates_far_from_the_origin_keep_their_order():
    points = torch.full((40, 512), 1000.0, dtype=torch.float64)
    points[:, 0] += 1e-6 * torch.arange(40)
    found = nearest(points, points, k=3, exclude_self=True)
    assert found.indices[10].sort().values.tolist() in ([8, 9, 11], [9, 11, 12])
    assert found.distances[0].tolist() == pytest.approx([1e-6, 2e-6, 3e-6], rel=1e-3)


def test_equal_vectors_all_over(lcg):
    same = lcg(1, 1, 6).repeat(50, 1)
    found = nearest(same, same, k=7, exclude_self=True)
    assert found.distances.max() == 0
    assert all(row not in found.indices[row] for row in range(50))


def test_tables_are_shared_and_agree_with_a_search_of_their_own(make_features, sets):
    one, other = (make_features(part) for part in sets)
    for k in (1, 3, 12):
        table = neighbour_table(one, other, k)
        plain = nearest(one.values, other.values, k=k)
        assert torch.equal(table.indices, plain.indices)
        assert torch.equal(table.distances, plain.distances)
        assert neighbour_table(one, other, k) is table
    own = nearest(one.values, one.values, k=3, exclude_self=True)
    assert torch.equal(radii(one, 3), own.distances[:, 2])
    assert torch.equal(neighbour_table(one, one, 3).indices, own.indices)
    assert shared_pairs(other, one).matrix.data_ptr() == shared_pairs(one, other).matrix.data_ptr()


def test_what_is_remembered_goes_with_the_evidence(make_features, sets):
    one, other = (make_features(part) for part in sets)
    neighbour_table(one, other, 2)
    made = remembered(one, other, "something", lambda: torch.ones(3))
    gone = weakref.ref(made)
    del made, one
    gc.collect()
    assert gone() is None


def test_too_few_neighbours_are_refused(lcg):
    points = lcg(1, 4, 3)
    with pytest.raises(TooFewSamplesError, match="4 nearest neighbours were asked for among 3"):
        nearest(points, points, k=4, exclude_self=True)
    with pytest.raises(TooFewSamplesError):
        nearest(points, points, k=0)
