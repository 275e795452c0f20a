"""What balls around one set's vectors, each as wide as its k-th nearest neighbour is far, hold of another.

Precision, recall, density and coverage all ask for this; it is found once for those that ask alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.statistics.balls import members, reach_of_columns, reach_of_rows
from metrics.statistics.distances import MEMORY_BYTES, Pairs
from metrics.statistics.neighbours import radii, shared_pairs
from metrics.statistics.sharing import is_remembered, remembered

BOTH_WAYS = "held both ways"


@dataclass(frozen=True, eq=False)
class Held:
    """What balls hold of a set.

    Attributes:
        closed: number of balls that hold each vector, those on whose edge it lies too (n,).
        open: the same without those (n,).
        is_filled: whether each ball holds any vector, those on its edge not counted (m,).
    """

    closed: Int[Tensor, " n"]
    open: Int[Tensor, " n"]
    is_filled: Bool[Tensor, " m"]

    @classmethod
    def of_none(cls, vectors: int, balls: int) -> Held:
        """Of no tile yet."""
        return cls(
            torch.zeros(vectors, dtype=torch.int64),
            torch.zeros(vectors, dtype=torch.int64),
            torch.zeros(balls, dtype=torch.bool),
        )

    def add(
        self, vectors: Int[Tensor, " p"], balls: Int[Tensor, " p"], is_inside: Bool[Tensor, " p"]
    ) -> None:
        """Count further pairs of a vector and a ball that holds it, inside or on its edge."""
        self.closed.index_add_(0, vectors, torch.ones_like(vectors))
        self.open.index_add_(0, vectors, is_inside.long())
        self.is_filled[balls[is_inside]] = True


def held(one: Features, other: Features, k: int, memory_bytes: int = MEMORY_BYTES) -> Held:
    """What the balls around `other` hold of `one`.

    Args:
        one: features (n, d).
        other: features of the balls' centres (m, d).
        k: which neighbour in `other` a ball reaches to, from 1.
        memory_bytes: what may be used beside the features.

    Raises:
        TooFewSamplesError: `other` has no more than k vectors.

    Source: checked against prdc.
    """
    if is_remembered(one, other, (BOTH_WAYS, k)):
        return held_both_ways(one, other, k, memory_bytes)[0]

    def make() -> Held:
        return _counted(shared_pairs(one, other, memory_bytes), None, radii(other, k, memory_bytes))[0]

    return remembered(one, other, ("held", k), make)


def held_both_ways(
    one: Features, other: Features, k: int, memory_bytes: int = MEMORY_BYTES
) -> tuple[Held, Held]:
    """What the balls around `other` hold of `one`, and those around `one` of `other`, looked at once.

    Args:
        one: features (n, d).
        other: features (m, d).
        k: which neighbour in its own set a ball reaches to, from 1.
        memory_bytes: what may be used beside the features.

    Raises:
        TooFewSamplesError: a set has no more than k vectors.
    """

    def make() -> tuple[Held, Held]:
        widths = radii(one, k, memory_bytes), radii(other, k, memory_bytes)
        return _counted(shared_pairs(one, other, memory_bytes), *widths)

    return remembered(one, other, (BOTH_WAYS, k), make)


def _counted(
    pairs: Pairs, row_radii: Float[Tensor, " n"] | None, column_radii: Float[Tensor, " m"]
) -> tuple[Held, Held]:
    """What balls around the columns hold of the rows, and around the rows of the columns if there are any."""
    of_rows = Held.of_none(len(pairs.rows), len(pairs.columns))
    of_columns = Held.of_none(len(pairs.columns), len(pairs.rows))
    for tile in pairs.tiles():
        found = members(pairs, tile, reach_of_columns(tile, column_radii))
        of_rows.add(found.rows + tile.row, found.columns + tile.column, found.is_inside)
        if row_radii is not None:
            found = members(pairs, tile, reach_of_rows(tile, row_radii))
            of_columns.add(found.columns + tile.column, found.rows + tile.row, found.is_inside)
    return of_rows, of_columns
