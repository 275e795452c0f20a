"""Nearest neighbours: exact, in bounded memory, found once for all metrics of an evaluation.

Float32 says which points may be nearest and which order is beyond doubt; the rows in doubt are looked at
again in float64. Distances always come from differences in float64, and a point is kept from being its own
neighbour by its index, not by a distance of zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.statistics.distances import MEMORY_BYTES, Pairs, Tile
from metrics.statistics.sharing import is_remembered, remembered

SHARED_NEIGHBOURS = 8
SPARE = 4


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The k nearest points of each query, nearest first.

    Attributes:
        distances: (n, k), float64, Euclidean (not squared).
        indices: (n, k), int64, rows of the points.
    """

    distances: Float[Tensor, "n k"]
    indices: Int[Tensor, "n k"]


def nearest(
    queries: Float[Tensor, "n d"],
    points: Float[Tensor, "m d"],
    *,
    k: int,
    exclude_self: bool = False,
    memory_bytes: int = MEMORY_BYTES,
) -> Neighbours:
    """The k nearest points of each query.

    Args:
        queries: vectors (n, d) of any floating dtype.
        points: vectors (m, d).
        k: number of neighbours, at least 1.
        exclude_self: whether query i may not have point i as a neighbour, where both are the same set.
        memory_bytes: what may be used beside the vectors and the answer.

    Raises:
        TooFewSamplesError: fewer than k points.

    Source: checked against scikit-learn's NearestNeighbors.
    """
    pairs = Pairs(queries, points, memory_bytes)
    indices = _ordered_neighbours(pairs, k, exclude_self)
    return Neighbours(_distances_of(pairs, indices), indices)


def neighbour_table(one: Features, other: Features, k: int, memory_bytes: int = MEMORY_BYTES) -> Neighbours:
    """The k nearest of `other` for each of `one`; never itself where both are the same evidence.

    The search is made once for all metrics that look at this evidence.

    Args:
        one: the queries' features (n, d).
        other: the points' features (m, d).
        k: number of neighbours, from 1.
        memory_bytes: what may be used beside the features.

    Raises:
        TooFewSamplesError: fewer than k neighbours.
    """

    def make() -> Neighbours:
        indices = _shared_indices(one, other, k, memory_bytes)[:, :k]
        return Neighbours(_distances_of(Pairs(one.values, other.values), indices), indices)

    return remembered(one, other, ("neighbours", k), make)


def radii(features: Features, k: int, memory_bytes: int = MEMORY_BYTES) -> Float[Tensor, " n"]:
    """Distance of each vector to its k-th nearest neighbour in the same set, itself not counted; float64.

    Args:
        features: (n, d).
        k: which neighbour, from 1.
        memory_bytes: what may be used beside the features.

    Raises:
        TooFewSamplesError: no more than k vectors.
    """

    def make() -> Tensor:
        last = _shared_indices(features, features, k, memory_bytes)[:, k - 1 : k]
        return _distances_of(Pairs(features.values, features.values), last)[:, 0]

    return remembered(features, features, ("radii", k), make)


def shared_pairs(one: Features, other: Features, memory_bytes: int = MEMORY_BYTES) -> Pairs:
    """All pairs of two sets, the squared distances kept where they fit, for all metrics together.

    Args:
        one: features of the rows (n, d).
        other: features of the columns (m, d).
        memory_bytes: what may be used beside the features; a quarter of it for the distances.
    """
    if is_remembered(other, one, "pairs") and one is not other:
        return shared_pairs(other, one, memory_bytes).flipped()
    return remembered(
        one, other, "pairs", lambda: Pairs(one.values, other.values, memory_bytes).with_matrix()
    )


def _shared_indices(one: Features, other: Features, k: int, memory_bytes: int) -> Int[Tensor, "n k"]:
    same = one is other
    # One search serves all metrics that ask for a usual number of neighbours.
    most = max(k, min(SHARED_NEIGHBOURS, other.count - same))

    def make() -> Tensor:
        return _ordered_neighbours(shared_pairs(one, other, memory_bytes), most, same)

    return remembered(one, other, ("indices", most), make)


def _ordered_neighbours(pairs: Pairs, k: int, exclude_self: bool) -> Int[Tensor, "n k"]:
    """Indices of the k nearest columns of each row, in the exact order."""
    available = len(pairs.columns) - exclude_self
    if not 1 <= k <= available:
        raise TooFewSamplesError(
            f"{k} nearest neighbours were asked for among {available} images; "
            f"give at least {k}, or set k lower."
        )
    # A few more than asked for are those that may be nearer than they seem.
    squared, indices = _smallest(pairs.tiles(), len(pairs.rows), min(k + SPARE, available), exclude_self)
    doubtful = (squared.diff(dim=1)[:, :k] <= 2 * pairs.slack).any(dim=1).nonzero()[:, 0]
    more = (
        squared[doubtful, -1] - squared[doubtful, k - 1] <= 2 * pairs.slack
    )  # or as near as those, at least
    if k + SPARE < available and bool(more.any()):
        indices[doubtful[more]] = _nearest_exactly(pairs, doubtful[more], k + SPARE, exclude_self)
    indices[doubtful] = _in_order(pairs, doubtful, indices[doubtful])
    return indices[:, :k]


def _nearest_exactly(pairs: Pairs, rows: Int[Tensor, " r"], k: int, exclude_self: bool) -> Int[Tensor, "r k"]:
    """The k nearest of some rows in float64, which the difference may still exchange at equal distances."""
    own = rows if exclude_self else None
    return _smallest(pairs.exact_tiles(rows), len(rows), k, exclude_self, own)[1]


def _in_order(pairs: Pairs, rows: Int[Tensor, " r"], columns: Int[Tensor, "r c"]) -> Int[Tensor, "r c"]:
    """Columns of some rows, ordered by their distances from differences; equal ones by their numbers."""
    columns = columns.sort(dim=1).values
    owners = rows[:, None].expand_as(columns)
    distances = pairs.distances(owners.flatten(), columns.flatten()).reshape(columns.shape)
    return columns.gather(1, distances.argsort(dim=1, stable=True))


def _smallest(
    tiles: Iterator[Tile], rows: int, k: int, exclude_self: bool, own: Int[Tensor, " r"] | None = None
) -> tuple[Float[Tensor, "n k"], Int[Tensor, "n k"]]:
    """The k smallest squared distances of each row over all tiles, with their columns.

    Args:
        tiles: tiles that together cover all rows and columns.
        rows: number of rows n.
        k: how many.
        exclude_self: whether a row's own column is left out.
        own: the own column of each row; None if it is the row's number.
    """
    squared = torch.full((rows, k), torch.inf, dtype=torch.float64)
    indices = torch.zeros(rows, k, dtype=torch.int64)
    for tile in tiles:
        height, width = tile.squared.shape
        block = slice(tile.row, tile.row + height)
        # One more than asked for, where one of them may be the row's own.
        found = tile.squared.topk(min(k + exclude_self, width), dim=1, largest=False)
        values, columns = found.values.double(), found.indices + tile.column
        if exclude_self:
            owners = torch.arange(tile.row, tile.row + height) if own is None else own[block]
            values.masked_fill_(columns == owners[:, None], torch.inf)
        best = torch.cat([squared[block], values], dim=1).topk(k, dim=1, largest=False)
        squared[block] = best.values
        indices[block] = torch.cat([indices[block], columns], dim=1).gather(1, best.indices)
    return squared, indices


def _distances_of(pairs: Pairs, indices: Int[Tensor, "n k"]) -> Float[Tensor, "n k"]:
    rows = torch.arange(len(indices))[:, None].expand_as(indices)
    return pairs.distances(rows.flatten(), indices.flatten()).reshape(indices.shape)
