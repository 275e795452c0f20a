"""Some rows of pairs beside some of their columns, for whoever needs every distance between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.statistics.distances import Pairs, squared_distances

BLOCK_ROWS = 256
"""Few, so that they stay in the cache while one thing after the other is made of them."""


@dataclass(frozen=True, eq=False)
class Part:
    """Rows and columns chosen by their numbers.

    Attributes:
        pairs: all pairs.
        row_numbers: which rows (r,).
        column_numbers: which columns (c,).
        is_exact: whether float64 is asked for, whatever the pairs keep.
    """

    pairs: Pairs
    row_numbers: Int[Tensor, " r"]
    column_numbers: Int[Tensor, " c"]
    is_exact: bool = False

    @classmethod
    def whole(cls, rows: Float[Tensor, "n d"], columns: Float[Tensor, "m d"]) -> Part:
        """All pairs of two sets of vectors."""
        return cls(Pairs(rows, columns), torch.arange(len(rows)), torch.arange(len(columns)))

    @property
    def row_count(self) -> int:
        """Number of rows r."""
        return len(self.row_numbers)

    @property
    def column_count(self) -> int:
        """Number of columns c."""
        return len(self.column_numbers)

    @property
    def dimensions(self) -> int:
        """Length d of the vectors."""
        return self.pairs.rows.shape[1]

    def known_to(self, error: float) -> Part:
        """The same part, its squared distances exact if those that are kept may be off by more."""
        return self if self.is_exact or self.pairs.slack <= error else replace(self, is_exact=True)

    def squares(self) -> Iterator[Float[Tensor, "b c"]]:
        """Squared distances, some rows at a time, not below 0; the tensors are the caller's to change.

        Those that are kept, in float32; in float64 where none are, or where the vectors have more digits.
        """
        doubles = torch.float64 in (self.pairs.rows.dtype, self.pairs.columns.dtype)
        kept = None if self.is_exact or doubles else self.pairs.matrix
        if kept is not None:
            for rows in self.row_numbers.split(BLOCK_ROWS):
                yield kept[rows].index_select(1, self.column_numbers).clamp_(min=0)
            return
        centre = self.pairs.centre.double()
        others = self.pairs.columns[self.column_numbers].double().sub_(centre)
        for rows in self.row_numbers.split(BLOCK_ROWS):
            yield squared_distances(self.pairs.rows[rows].double().sub_(centre), others).clamp_(min=0)
