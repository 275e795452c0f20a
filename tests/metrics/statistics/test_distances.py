from __future__ import annotations

import pytest
import torch

from metrics.statistics import distances
from metrics.statistics.distances import SQUARE, Pairs, pair_distances


@pytest.mark.parametrize(("dimensions", "offset"), [(3, 0.0), (64, 5.0), (1500, 100.0)])
def test_tiles_are_off_by_less_than_the_slack(lcg, dimensions, offset):
    rows, columns = (offset + lcg(seed, 60, dimensions) for seed in (1, 2))
    exact = (rows[:, None] - columns[None]).square().sum(2)
    pairs = Pairs(rows, columns, memory_bytes=2**20)
    seen = torch.zeros(60, 60)
    for tile in pairs.tiles():
        height, width = tile.squared.shape
        part = exact[tile.row : tile.row + height, tile.column : tile.column + width]
        assert float((tile.squared.double() - part).abs().max()) <= pairs.slack
        seen[tile.row : tile.row + height, tile.column : tile.column + width] += 1
    assert torch.equal(seen, torch.ones(60, 60))
    assert pairs.slack < 1e-4 * float(exact.mean())


@pytest.mark.parametrize("count", [40, 64, 131])
def test_tiles_within_a_set_meet_each_pair_once(lcg, count, monkeypatch):
    monkeypatch.setattr(distances, "STRIP_ROWS", 9)
    vectors = lcg(1, count, 8)
    pairs = Pairs(vectors, vectors, memory_bytes=2**16)
    assert pairs.tile_rows == 32
    exact = (vectors[:, None] - vectors[None]).square().sum(2)
    seen = torch.zeros(count, count)
    for tile in pairs.tiles():
        height, width = tile.squared.shape
        block = slice(tile.row, tile.row + height), slice(tile.column, tile.column + width)
        assert float((tile.squared.double() - exact[block]).abs().sum()) <= tile.squared.numel() * pairs.slack
        seen[block] += 1
    assert torch.equal(seen, torch.ones(count, count))


def test_little_memory_makes_small_tiles(lcg):
    vectors = lcg(1, 300, 8)
    assert max(tile.squared.numel() for tile in Pairs(vectors, vectors, 2**16).tiles()) <= 64**2
    assert Pairs(vectors, vectors, 2**16).with_matrix().matrix is None
    assert Pairs(vectors, vectors).with_matrix().matrix is not None


def test_a_kept_matrix_is_symmetric_across_tiles_and_flips(lcg):
    vectors, others = lcg(1, 70, 8), lcg(2, 30, 8)
    pairs = Pairs(vectors, vectors, memory_bytes=2**17)
    assert pairs.tile_rows < 70
    kept = pairs.with_matrix().matrix
    assert torch.allclose(kept, kept.T, atol=pairs.slack)
    edge = pairs.tile_rows
    assert torch.equal(kept[:edge, edge:], kept[edge:, :edge].T)
    pairs = Pairs(vectors, others).with_matrix()
    assert torch.equal(pairs.flipped().matrix, pairs.matrix.T)


def test_a_flipped_matrix_is_given_row_by_row(lcg):
    pairs = Pairs(lcg(1, 2 * SQUARE + 7, 3), lcg(2, 90, 3)).with_matrix()
    tiles = list(pairs.flipped().tiles())
    assert all(tile.squared.is_contiguous() for tile in tiles)
    assert torch.equal(torch.cat([tile.squared for tile in tiles]), pairs.matrix.T)
    assert pairs.flipped().slack == pairs.slack


def test_both_sides_of_the_diagonal_are_the_same_to_the_bit(lcg):
    vectors = lcg(1, 90, 700).float()
    squared = torch.cat([tile.squared for tile in Pairs(vectors, vectors).tiles()])
    assert torch.equal(squared, squared.T)


def test_pair_distances_are_symmetric_to_the_bit(lcg):
    one, other = lcg(1, 50, 777).float(), lcg(2, 50, 777).float()
    rows = torch.arange(50)
    there, back = pair_distances(one, rows, other, rows), pair_distances(other, rows, one, rows)
    alone = torch.cat([pair_distances(one, rows[i : i + 1], other, rows[i : i + 1]) for i in rows])
    assert torch.equal(there, back)
    assert torch.equal(there, alone)
