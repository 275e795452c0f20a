"""Euclidean distances between two sets, in tiles of bounded memory, with a known error.

Squared distances come from one matrix product in float32, about the common mean, so that they are off by at
most `Pairs.slack`. Whoever compares them with something decides what is clear from them, and asks
`pair_distances` about the rest: it takes differences in float64, where near-duplicates keep all their digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

MEMORY_BYTES = 2 * 2**30
TILE_ROWS = 2048
PAIR_BLOCK_VALUES = 2**20
KEPT_TILE_VALUES = 2**20
"""Few, so that what is made of a kept tile stays in the cache, in memory that was at hand before."""


@dataclass(frozen=True)
class Tile:
    """Squared distances of some rows (b, c), with the indices of its first row and column."""

    row: int
    column: int
    squared: Float[Tensor, "b c"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of a row (n, d) and a column (m, d).

    Attributes:
        rows: vectors (n, d) of any floating dtype.
        columns: vectors (m, d).
        memory_bytes: what the work on them may take beside the vectors themselves.
        matrix: all squared distances (n, m) in float32, where they are kept.
    """

    rows: Float[Tensor, "n d"]
    columns: Float[Tensor, "m d"]
    memory_bytes: int = MEMORY_BYTES
    matrix: Float[Tensor, "n m"] | None = field(default=None, repr=False)

    @cached_property
    def centre(self) -> Float[Tensor, " d"]:
        """A vector amid both sets: about it the norms, and with them the errors, are small."""
        return torch.stack([side[:TILE_ROWS].mean(dim=0) for side in (self.rows, self.columns)]).mean(dim=0)

    @cached_property
    def slack(self) -> float:
        """How far a squared distance of a tile may be off.

        Rounding errors of d products add up as a random walk (Higham and Mary 2019), of steps of half a
        unit in the last place. Errors of a tenth of this bound are the largest seen on features.
        """
        reach = sum(
            max(float(squared_norms(part).max()) for _, part in self._centred(side)) ** 0.5
            for side in (self.rows, self.columns)
        )
        steps = 8 + math.sqrt(self.rows.shape[1])
        return float(steps * torch.finfo(torch.float32).eps / 2 * reach**2)

    @property
    def is_kept_whole(self) -> bool:
        """Whether the matrix of all squared distances fits in a quarter of the memory."""
        return 4 * len(self.rows) * len(self.columns) <= self.memory_bytes // 4

    @property
    def tile_rows(self) -> int:
        """Rows and columns of a tile, such that a few tiles and their vectors fit in the memory."""
        per_vector = self.memory_bytes // (64 * self.rows.shape[1])
        return max(16, min(TILE_ROWS, per_vector, math.isqrt(self.memory_bytes // 64)))

    def tiles(self) -> Iterator[Tile]:
        """All tiles, each once. They may be views of the kept matrix, or of each other: don't change them."""
        if self.matrix is not None:
            step = max(1, min(self.tile_rows, KEPT_TILE_VALUES // max(1, len(self.columns))))
            for start in range(0, len(self.rows), step):
                yield Tile(start, 0, self.matrix[start : start + step])
            return
        for tile in self._made_tiles():
            yield tile
            if self._is_mirrored(tile):
                yield Tile(tile.column, tile.row, tile.squared.T)

    def _made_tiles(self, into: Float[Tensor, "n m"] | None = None) -> Iterator[Tile]:
        """All tiles, computed, in their place if one is given; of those that mirror each other, one."""
        same = self.rows is self.columns
        for row, vectors in self._centred(self.rows):
            for column, others in self._centred(self.columns, first=row if same else 0):
                place = (
                    None if into is None else into[row : row + len(vectors), column : column + len(others)]
                )
                yield Tile(row, column, squared_distances(vectors, others, place))

    def _is_mirrored(self, tile: Tile) -> bool:
        """Whether the tile on the other side of the diagonal is this one, transposed."""
        return self.rows is self.columns and tile.row < tile.column

    def with_matrix(self) -> Pairs:
        """The same pairs with the matrix kept, if it fits."""
        if self.matrix is not None or not self.is_kept_whole:
            return self
        matrix = torch.empty(len(self.rows), len(self.columns), dtype=torch.float32)
        for tile in self._made_tiles(into=matrix):
            if self._is_mirrored(tile):
                height, width = tile.squared.shape
                matrix[tile.column : tile.column + width, tile.row : tile.row + height] = tile.squared.T
        return Pairs(self.rows, self.columns, self.memory_bytes, matrix)

    def flipped(self) -> Pairs:
        """The same pairs with rows and columns exchanged."""
        matrix = None if self.matrix is None else self.matrix.T
        return Pairs(self.columns, self.rows, self.memory_bytes, matrix)

    def exact_tiles(self, rows: Int[Tensor, " r"]) -> Iterator[Tile]:
        """Tiles of some rows in float64, for the few that float32 can't tell apart."""
        for start in range(0, len(rows), self.tile_rows):
            vectors = self.rows[rows[start : start + self.tile_rows]].double() - self.centre
            for column in range(0, len(self.columns), self.tile_rows):
                others = self.columns[column : column + self.tile_rows].double() - self.centre
                yield Tile(start, column, squared_distances(vectors, others))

    def distances(self, rows: Int[Tensor, " p"], columns: Int[Tensor, " p"]) -> Float[Tensor, " p"]:
        """Distances of some pairs, float64, from differences."""
        return pair_distances(self.rows, rows, self.columns, columns)

    def _centred(
        self, side: Float[Tensor, "n d"], first: int = 0
    ) -> Iterator[tuple[int, Float[Tensor, "b d"]]]:
        for start in range(first, len(side), self.tile_rows):
            yield start, side[start : start + self.tile_rows].sub(self.centre).float()


def pair_distances(
    one: Float[Tensor, "n d"],
    rows: Int[Tensor, " p"],
    other: Float[Tensor, "m d"],
    columns: Int[Tensor, " p"],
) -> Float[Tensor, " p"]:
    """|one[rows] - other[columns]| in float64: symmetric to the last bit, exactly 0 for equal vectors.

    Args:
        one: vectors (n, d).
        rows: which of them, one for each pair (p,).
        other: vectors (m, d).
        columns: which of those (p,).
    """
    block = max(1, PAIR_BLOCK_VALUES // one.shape[1])
    found = torch.empty(len(rows), dtype=torch.float64)
    for start in range(0, len(rows), block):
        stop = start + block
        difference = one[rows[start:stop]].double().sub_(other[columns[start:stop]])
        found[start:stop] = squared_norms(difference)
    return found.sqrt_()


def squared_norms(vectors: Float[Tensor, "b d"]) -> Float[Tensor, " b"]:
    """|x|² of each row."""
    squares: Tensor = torch.linalg.vecdot(vectors, vectors)
    return squares


def squared_distances(
    one: Float[Tensor, "b d"], other: Float[Tensor, "c d"], into: Float[Tensor, "b c"] | None = None
) -> Float[Tensor, "b c"]:
    """|x - y|² of all pairs from one matrix product, in the dtype of both; slightly negative by rounding.

    Args:
        one: vectors (b, d), near the origin.
        other: vectors (c, d).
        into: where the numbers go; somewhere new by default.
    """
    tile = torch.addmm(squared_norms(other), one, other.T, alpha=-2, out=into)
    return tile.add_(squared_norms(one)[:, None])
