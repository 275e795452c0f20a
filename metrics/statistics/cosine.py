"""How alike images are by the angle between their features, from the distances that other metrics use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidEvidenceError
from metrics.statistics.distances import Pairs, Tile

BLOCK_ROWS = 2048


@dataclass(frozen=True, eq=False)
class UnitPairs:
    """Pairs of vectors divided by their length: |x̂ - ŷ|² = (|x - y|² - (|x| - |y|)²) / (|x| |y|).

    A zero vector, which has no direction, stays zero.

    Attributes:
        pairs: the vectors as they are.
    """

    pairs: Pairs

    @property
    def rows(self) -> Float[Tensor, "n d"]:
        """Vectors before the division."""
        return self.pairs.rows

    @property
    def columns(self) -> Float[Tensor, "m d"]:
        """Vectors before the division."""
        return self.pairs.columns

    @cached_property
    def lengths(self) -> tuple[Float[Tensor, " n"], Float[Tensor, " m"]]:
        """Lengths of the rows and of the columns, float64."""
        return _lengths(self.rows), _lengths(self.columns)

    def tiles(self) -> Iterator[Tile]:
        """All tiles of squared distances, row by row of tiles; rounding may carry them beyond [0, 4].

        They are left there: to cut off one half of the errors would make a mean of them wrong.
        """
        rows, columns = self.lengths
        for tile in self.pairs.tiles():
            height, width = tile.squared.shape
            own, others = rows[tile.row : tile.row + height], columns[tile.column : tile.column + width]
            gaps = (own[:, None].float() - others.float()).square_()
            squared = torch.sub(tile.squared, gaps, out=gaps)
            squared.mul_(_inverse(own)[:, None]).mul_(_inverse(others))
            # A direction and none are a unit apart.
            squared[own == 0] = (others > 0).float()
            squared[:, others == 0] = (own > 0).float()[:, None]
            yield Tile(tile.row, tile.column, squared)


def nearest_cosine_distances(pairs: Pairs) -> Float[Tensor, " kept"]:
    """Smallest 1 - |cos| with any of the columns for each row, float64.

    Float32 finds the column; the distance is then |u ∓ v|² / 2 of the unit vectors, which keeps its digits
    where the cosine is nearly 1.

    Args:
        pairs: the vectors; zero vectors, which have no angle, are left out of both sides.

    Raises:
        InvalidEvidenceError: a side has only zero vectors.
    """
    unit = UnitPairs(pairs)
    rows, columns = unit.lengths
    if not (bool(rows.any()) and bool(columns.any())):
        raise InvalidEvidenceError("All features of a set are zero and have no angle; check the extractor.")
    smallest = torch.full((len(rows),), torch.inf)
    nearest = torch.zeros(len(rows), dtype=torch.int64)
    for tile in unit.tiles():
        height, width = tile.squared.shape
        found = torch.minimum(tile.squared, 4 - tile.squared)
        found[:, columns[tile.column : tile.column + width] == 0] = torch.inf
        best = found.min(dim=1)
        block = slice(tile.row, tile.row + height)
        better = best.values < smallest[block]
        nearest[block] = torch.where(better, best.indices + tile.column, nearest[block])
        smallest[block] = torch.minimum(best.values, smallest[block])
    kept = rows.nonzero()[:, 0]
    return _cosine_distances(unit.rows, kept, unit.columns, nearest[kept])


def _cosine_distances(
    one: Float[Tensor, "n d"], rows: Tensor, other: Float[Tensor, "m d"], columns: Tensor
) -> Float[Tensor, " p"]:
    """1 - |cos| of some pairs."""
    found = []
    for some, others in zip(rows.split(BLOCK_ROWS), columns.split(BLOCK_ROWS), strict=True):
        x, y = (torch.nn.functional.normalize(part.double(), dim=1) for part in (one[some], other[others]))
        found.append(torch.stack([x - y, x + y]).square().sum(dim=2).amin(dim=0) / 2)
    return torch.cat(found)


def _lengths(vectors: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=1, dtype=torch.float64)
    return lengths


def _inverse(lengths: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    return torch.where(lengths > 0, 1 / lengths, 0.0).float()
