"""Which balls around one set's vectors hold another set's, counted exactly in bounded memory.

A pair whose squared distance in float32 is too near to its ball's edge to be sure is measured again from
differences in float64.
"""

from __future__ import annotations

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
        counts[tile.row : tile.row + len(tile.squared)] += holding(pairs, tile, radii, closed=closed).sum(1)
    return counts


def holding(pairs: Pairs, tile: Tile, radii: Float[Tensor, " m"], *, closed: bool) -> Bool[Tensor, "b c"]:
    """Whether the ball around each of a tile's columns holds each of its rows, exactly.

    Args:
        pairs: vectors (n, d), and the balls' centres (m, d).
        tile: some of these pairs.
        radii: the radii of all balls (m,), float64.
        closed: whether a ball holds what lies on its edge (<=) or not (<).
    """
    own = radii[tile.column : tile.column + tile.squared.shape[1]]
    # The edges are rounded to float32 too: one more unit in the last place of the largest.
    slack = pairs.slack + float(own.max()) ** 2 * torch.finfo(torch.float32).eps
    inside = tile.squared <= (own.square() - slack).float()
    rows, columns = (inside ^ (tile.squared <= (own.square() + slack).float())).nonzero(as_tuple=True)
    if len(rows) > 0:
        distances = pairs.distances(rows + tile.row, columns + tile.column)
        inside[rows, columns] = distances <= own[columns] if closed else distances < own[columns]
    return inside
