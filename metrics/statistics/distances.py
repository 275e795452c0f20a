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
STRIP_ROWS = 512
"""Into such strips a tile on a set's own diagonal is cut, so that little is made on both sides of it."""
PAIR_BLOCK_VALUES = 2**16
SQUARE = 512
KEPT_TILE_VALUES = 2**20
"""Few, so that what is made of them stays in the cache, in memory that was at hand before."""


@dataclass(frozen=True)
class Tile:
    """Squared distances of some rows (b, c), with the indices of its first row and column."""

    row: int
    column: int
    squared: Float[Tensor, "b c"]

    def mirrored(self) -> Tile:
        """Of a tile within a set, from the diagonal on: what lies on the other side of the diagonal."""
        skipped = max(0, self.row + len(self.squared) - self.column)
        return Tile(self.column + skipped, self.row, self.squared[:, skipped:].T)


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of a row (n, d) and a column (m, d).

    Attributes:
        rows: vectors (n, d) of any floating dtype.
        columns: vectors (m, d).
        memory_bytes: what the work on them may take beside the vectors themselves.
        matrix: all squared distances (n, m) in float32, where they are kept.
        known_norms: the norms, where they are known.
    """

    rows: Float[Tensor, "n d"]
    columns: Float[Tensor, "m d"]
    memory_bytes: int = MEMORY_BYTES
    matrix: Float[Tensor, "n m"] | None = field(default=None, repr=False)
    known_norms: tuple[Float[Tensor, " n"], Float[Tensor, " m"]] | None = field(default=None, repr=False)

    @cached_property
    def centre(self) -> Float[Tensor, " d"]:
        """A vector amid both sets: about it the norms, and with them the errors, are small."""
        return torch.stack([side[:TILE_ROWS].mean(dim=0) for side in (self.rows, self.columns)]).mean(dim=0)

    @cached_property
    def norms(self) -> tuple[Float[Tensor, " n"], Float[Tensor, " m"]]:
        """|x - centre|² of the rows and of the columns, float32."""
        if self.known_norms is not None:
            return self.known_norms
        rows = self._norms_of(self.rows)
        return rows, rows if self.rows is self.columns else self._norms_of(self.columns)

    @cached_property
    def slack(self) -> float:
        """How far a squared distance of a tile may be off.

        Rounding errors of d products add up as a random walk (Higham and Mary 2019), of steps of half a
        unit in the last place. Errors of a tenth of this bound are the largest seen on features.
        """
        reach = sum(float(norms.max()) ** 0.5 for norms in self.norms)
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
        """All tiles, each pair in one of them. They may be views of each other: don't change them."""
        if self.matrix is not None:
            step = max(1, min(self.tile_rows, KEPT_TILE_VALUES // max(1, len(self.columns))))
            for start in range(0, len(self.rows), step):
                yield Tile(start, 0, _in_rows(self.matrix[start : start + step]))
            return
        for tile in self._made_tiles():
            yield tile
            if self.rows is self.columns:
                yield tile.mirrored()

    def _made_tiles(self, into: Float[Tensor, "n m"] | None = None) -> Iterator[Tile]:
        """All tiles, computed, in their place if one is given; within a set, those from the diagonal on."""
        same = self.rows is self.columns
        for row, block in self._centred(self.rows):
            if same:
                yield from self._diagonal_tiles(row, block, into)
            for column, others in self._centred(self.columns, first=row + len(block) if same else 0):
                yield self._made_tile(row, block, column, others, into)

    def _diagonal_tiles(
        self, start: int, block: Float[Tensor, "b d"], into: Float[Tensor, "n m"] | None
    ) -> Iterator[Tile]:
        """Strips of a tile on a set's diagonal, each from there on."""
        for row in range(0, len(block), STRIP_ROWS):
            yield self._made_tile(start + row, block[row : row + STRIP_ROWS], start + row, block[row:], into)

    def _made_tile(
        self,
        row: int,
        vectors: Float[Tensor, "b d"],
        column: int,
        others: Float[Tensor, "c d"],
        into: Float[Tensor, "n m"] | None,
    ) -> Tile:
        rows, columns = slice(row, row + len(vectors)), slice(column, column + len(others))
        norms = self.norms[0][rows], self.norms[1][columns]
        place = None if into is None else into[rows, columns]
        return Tile(row, column, squared_distances(vectors, others, norms, place))

    def with_matrix(self) -> Pairs:
        """The same pairs with the matrix kept, if it fits."""
        if self.matrix is not None or not self.is_kept_whole:
            return self
        matrix = torch.empty(len(self.rows), len(self.columns), dtype=torch.float32)
        for tile in self._made_tiles(into=matrix):
            if self.rows is self.columns:
                mirrored = tile.mirrored()
                height, width = mirrored.squared.shape
                matrix[mirrored.row : mirrored.row + height, mirrored.column : mirrored.column + width] = (
                    mirrored.squared
                )
        return Pairs(self.rows, self.columns, self.memory_bytes, matrix, self.norms)

    def flipped(self) -> Pairs:
        """The same pairs with rows and columns exchanged."""
        matrix = None if self.matrix is None else self.matrix.T
        return Pairs(self.columns, self.rows, self.memory_bytes, matrix, self.norms[::-1])

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

    def _norms_of(self, side: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        blocks = side.split(max(1, PAIR_BLOCK_VALUES // side.shape[1]))
        return torch.cat([squared_norms(block.sub(self.centre).float()) for block in blocks])


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
    one: Float[Tensor, "b d"],
    other: Float[Tensor, "c d"],
    norms: tuple[Float[Tensor, " b"], Float[Tensor, " c"]] | None = None,
    into: Float[Tensor, "b c"] | None = None,
) -> Float[Tensor, "b c"]:
    """|x - y|² of all pairs from one matrix product, in the dtype of both; slightly negative by rounding.

    Args:
        one: vectors (b, d), near the origin.
        other: vectors (c, d).
        norms: |x|² and |y|², where they are known.
        into: where the numbers go; somewhere new by default.
    """
    own, others = norms or (squared_norms(one), squared_norms(other))
    # The norms' sum comes first, so that x and y may change places without changing a digit.
    tile = torch.add(own[:, None], others, out=into)
    return tile.addmm_(one, other.T, alpha=-2)


def _in_rows(values: Float[Tensor, "b c"]) -> Float[Tensor, "b c"]:
    """Row after row in memory: as they are, or copied by squares, which stay in the cache both ways."""
    return values if values.is_contiguous() else torch.cat(values.split(SQUARE, dim=1), dim=1)
