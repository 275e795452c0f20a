"""Which balls around one set's vectors hold another set's, counted exactly in bounded memory.

A pair whose squared distance in float32 is too near to its ball's edge to be sure is measured again from
differences in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from metrics.statistics.distances import MEMORY_BYTES, Pairs, Tile


def within(
    queries: Float[Tensor, "n d"],
    points: Float[Tensor, "m d"],
    radii: Float[Tensor, " m"],
    *,
    closed: bool = True,
    memory_bytes: int = MEMORY_BYTES,
) -> Int[Tensor, " n"]:
    """Number of balls around the points that hold each query.

    Args:
        queries: vectors (n, d).
        points: centres of the balls (m, d).
        radii: their radii (m,), float64.
        closed: whether a ball holds what lies on its edge (<=) or not (<).
        memory_bytes: what may be used beside the vectors.

    Source: checked against prdc, and against all distances at once.
    """
    return count_holding(Pairs(queries, points, memory_bytes), radii, closed=closed)


def count_holding(pairs: Pairs, radii: Float[Tensor, " m"], *, closed: bool) -> Int[Tensor, " n"]:
    """Number of balls around the columns that hold each row (n,), counted exactly.

    Args:
        pairs: vectors (n, d), and the balls' centres (m, d).
        radii: their radii (m,), float64.
        closed: whether a ball holds what lies on its edge (<=) or not (<).
    """
    counts = torch.zeros(len(pairs.rows), dtype=torch.int64)
    for tile in pairs.tiles():
        held = members(pairs, tile, reach_of_columns(tile, radii))
        rows = held.rows if closed else held.rows[held.is_inside]
        counts[tile.row : tile.row + len(tile.squared)] += rows.bincount(minlength=len(tile.squared))
    return counts


@dataclass(frozen=True, eq=False)
class Members:
    """The pairs of a tile of which one lies in the ball around the other.

    Attributes:
        rows: their rows within the tile (p,).
        columns: their columns within it (p,).
        is_inside: whether it lies inside, or on the ball's very edge (p,).
    """

    rows: Int[Tensor, " p"]
    columns: Int[Tensor, " p"]
    is_inside: Bool[Tensor, " p"]


def reach_of_columns(tile: Tile, radii: Float[Tensor, " m"]) -> Float[Tensor, "1 c"]:
    """The radii of balls around a tile's columns, for `members`."""
    return radii[None, tile.column : tile.column + tile.squared.shape[1]]


def reach_of_rows(tile: Tile, radii: Float[Tensor, " n"]) -> Float[Tensor, "b 1"]:
    """The radii of balls around a tile's rows, for `members`."""
    return radii[tile.row : tile.row + tile.squared.shape[0], None]


def members(pairs: Pairs, tile: Tile, reach: Float[Tensor, "#b #c"]) -> Members:
    """Which pairs of a tile are no farther apart than the radius of the ball around one of them, exactly.

    Args:
        pairs: all pairs.
        tile: some of them.
        reach: radii, float64, of the balls around the tile's columns (1, c) or around its rows (b, 1).
    """
    squared = reach.square()
    # The edges are rounded to float32 too: one more unit in the last place of the largest.
    slack = pairs.slack + float(squared.max()) * torch.finfo(torch.float32).eps
    rows, columns = (tile.squared <= (squared + slack).float()).nonzero(as_tuple=True)
    surely = (squared - slack).float().expand_as(tile.squared)
    is_inside = tile.squared[rows, columns] <= surely[rows, columns]
    doubtful = is_inside.logical_not().nonzero()[:, 0]
    distances = pairs.distances(rows[doubtful] + tile.row, columns[doubtful] + tile.column)
    radii = reach.expand_as(tile.squared)[rows[doubtful], columns[doubtful]]
    is_inside[doubtful] = distances < radii
    kept = torch.ones_like(is_inside).index_put_((doubtful,), distances <= radii)
    return Members(rows[kept], columns[kept], is_inside[kept])
