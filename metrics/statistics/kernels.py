"""Maximum mean discrepancy with a polynomial kernel, over many subsets at once.

A subset is a row of a 0/1 matrix P, so the sums over all subsets are row sums of (P K) ∘ P: the Gram matrix K
is made once, in tiles that are never all in memory, however many subsets there are. Within a set it is
symmetric, and only the tiles from the diagonal on are made. Products are computed in the features' own dtype
about the common mean, where they are small and each one's rounding is as likely up as down; what the mean
adds to them, and the sums, where that rounding evens out, are float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.chance import random_state

TILE_ROWS = 1024
TILE_COLUMNS = 256
"""A divisor of the rows, so that the part of a tile that lies on the diagonal is square."""
MOST_SUBSETS = 100_000


@dataclass(frozen=True)
class Discrepancies:
    """Unbiased squared MMD of each subset (s,), and of all rows together with its standard error."""

    subsets: Float[Tensor, " s"]
    full: float
    error: float


def polynomial_discrepancies(
    one: Float[Tensor, "n1 d"],
    other: Float[Tensor, "n2 d"],
    *,
    subsets: int,
    subset_size: int,
    degree: int = 3,
    seed: int = 0,
) -> Discrepancies:
    """Unbiased squared MMD with k(x, y) = (x·y/d + 1)^degree.

    Args:
        one: features (n1, d).
        other: features (n2, d).
        subsets: number of random subsets, 1 to `MOST_SUBSETS`.
        subset_size: rows m of each set in a subset, at most min(n1, n2) and at least 2.
        degree: degree of the kernel, from 1.
        seed: fixes the subsets, drawn without replacement: first from `one`, then from `other`, in turn.

    Returns:
        An unbiased estimate for each subset and for all rows; estimates may be negative.

    Raises:
        TooFewSamplesError: the subset size is below 2 or larger than a set, or a set has less than 3 rows.
        InvalidSettingError: the number of subsets, the degree or the seed is out of range.

    Source: Gretton et al. 2012, Lemma 6; Bińkowski et al. 2018, section 4; checked against torch-fidelity.
    """
    if min(len(one), len(other)) < 3:
        raise TooFewSamplesError(
            f"The sets have {len(one):,} and {len(other):,} images; give at least 3 of each."
        )
    if not 2 <= subset_size <= min(len(one), len(other)):
        raise TooFewSamplesError(
            f"Subsets of {subset_size} can't be drawn from {len(one)} and {len(other)} images; "
            f"use a size from 2 to {min(len(one), len(other))}."
        )
    if not 1 <= subsets <= MOST_SUBSETS:
        raise InvalidSettingError(f"{subsets} subsets can't be drawn; use 1 to {MOST_SUBSETS:,}.")
    if degree < 1:
        raise InvalidSettingError(f"A kernel of degree {degree} tells nothing; use a degree of 1 or more.")
    side, side_other = _sides(*_of_one_dtype(one, other))
    pick_one, pick_other = _draw_subsets(len(one), len(other), subsets, subset_size, seed)
    within_one, rows_one = _within_sums(side, pick_one, degree)
    within_other, rows_other = _within_sums(side_other, pick_other, degree)
    between, across_one, across_other = _between_sums(side, side_other, pick_one, pick_other, degree)
    sizes_one, sizes_other = pick_one.sum(dim=1), pick_other.sum(dim=1)
    estimates = (
        within_one / (sizes_one * (sizes_one - 1))
        + within_other / (sizes_other * (sizes_other - 1))
        - 2 * between / (sizes_one * sizes_other)
    )
    variance = _jackknife_variance(rows_one, across_one, len(other))
    variance += _jackknife_variance(rows_other, across_other, len(one))
    return Discrepancies(subsets=estimates[:-1], full=float(estimates[-1]), error=math.sqrt(variance))


def _jackknife_variance(within: Float[Tensor, " n"], across: Float[Tensor, " n"], others: int) -> float:
    """Variance of the unbiased squared MMD by one of its sets: what it is without each row, at no new cost.

    Args:
        within: sum of the kernel of each row with the other rows of its set.
        across: sum of the kernel of each row with the rows of the other set.
        others: number of rows of the other set.
    """
    count = len(within)
    inside = (within.sum() - 2 * within) / ((count - 1) * (count - 2))
    between = (across.sum() - across) / ((count - 1) * others)
    return (count - 1) * float((inside - 2 * between).var(correction=0))


def _of_one_dtype(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the wider of their dtypes, at least float32."""
    dtype = torch.promote_types(torch.promote_types(one.dtype, other.dtype), torch.float32)
    return one.to(dtype), other.to(dtype)


def _draw_subsets(n_one: int, n_other: int, subsets: int, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """0/1 matrices (subsets + 1, n) that mark each subset; the last row marks everything."""
    generator = random_state(seed)
    pick_one = torch.zeros(subsets + 1, n_one, dtype=torch.float64)
    pick_other = torch.zeros(subsets + 1, n_other, dtype=torch.float64)
    for index in range(subsets):
        pick_one[index, torch.from_numpy(generator.choice(n_one, size, replace=False))] = 1
        pick_other[index, torch.from_numpy(generator.choice(n_other, size, replace=False))] = 1
    pick_one[-1] = 1
    pick_other[-1] = 1
    return pick_one, pick_other


@dataclass(frozen=True, eq=False)
class _Side:
    """A set of vectors, and the common mean c that both sides are taken about.

    Attributes:
        vectors: x (n, d).
        centre: c (d,), in their dtype.
    """

    vectors: Float[Tensor, "n d"]
    centre: Float[Tensor, " d"]

    @cached_property
    def shares(self) -> Float[Tensor, " n"]:
        """(c·x - c·c/2) / d + 1/2 in float64: x·y/d + 1 is (x - c)·(y - c)/d and the shares of x and y."""
        centre = self.centre.double()
        products = torch.cat([block.double() @ centre for block in self.vectors.split(TILE_COLUMNS)])
        return (products - centre.dot(centre) / 2) / len(centre) + 0.5

    def centred(self, rows: slice) -> Float[Tensor, "b d"]:
        """Some vectors without the common mean."""
        return self.vectors[rows] - self.centre


def _sides(one: Float[Tensor, "n1 d"], other: Float[Tensor, "n2 d"]) -> tuple[_Side, _Side]:
    centre = torch.stack([one.mean(dim=0), other.mean(dim=0)]).mean(dim=0)
    return _Side(one, centre), _Side(other, centre)


def _tiles(one: _Side, other: _Side, degree: int) -> Iterator[tuple[slice, slice, Float[Tensor, "b c"]]]:
    """Rows, columns, and the kernel between them in float64; within a set, from the diagonal on."""
    same = one is other
    for row in range(0, len(one.vectors), TILE_ROWS):
        vectors = one.centred(slice(row, row + TILE_ROWS))
        for column in range(row if same else 0, len(other.vectors), TILE_COLUMNS):
            others = other.centred(slice(column, column + TILE_COLUMNS))
            height = column + TILE_COLUMNS - row if same else TILE_ROWS
            products = torch.addmm(
                one.centre.new_empty(()), vectors[:height], others.T, beta=0, alpha=1 / others.shape[1]
            )
            rows, columns = slice(row, row + len(products)), slice(column, column + len(others))
            tile = products.double().add_(one.shares[rows, None]).add_(other.shares[columns])
            yield rows, columns, tile.pow_(degree)


def _within_sums(
    side: _Side, pick: Float[Tensor, "s n"], degree: int
) -> tuple[Float[Tensor, " s"], Float[Tensor, " n"]]:
    """Sum of k(x, x') over pairs of different rows: of each subset, and of each row with all others."""
    total = torch.zeros(len(pick), dtype=torch.float64)
    by_row = torch.zeros(len(side.vectors), dtype=torch.float64)
    for rows, columns, gram in _tiles(side, side, degree):
        # Pairs within the square on the diagonal come twice, those above it once, and count twice.
        gram[columns.start - rows.start :].fill_diagonal_(0).div_(2)
        picked = pick[:, rows] @ gram
        by_row[rows] += gram.sum(dim=1)
        by_row[columns] += picked[-1]  # of all rows
        total += 2 * picked.mul_(pick[:, columns]).sum(dim=1)
    return total, by_row


def _between_sums(
    one: _Side,
    other: _Side,
    pick_one: Float[Tensor, "s n1"],
    pick_other: Float[Tensor, "s n2"],
    degree: int,
) -> tuple[Float[Tensor, " s"], Float[Tensor, " n1"], Float[Tensor, " n2"]]:
    """Sum of k(x, y) over x of one set, y of the other: of each subset, of each x, of each y."""
    total = torch.zeros(len(pick_one), dtype=torch.float64)
    by_one = torch.zeros(len(one.vectors), dtype=torch.float64)
    by_other = torch.zeros(len(other.vectors), dtype=torch.float64)
    for rows, columns, gram in _tiles(one, other, degree):
        picked = pick_one[:, rows] @ gram
        by_one[rows] += gram.sum(dim=1)
        by_other[columns] += picked[-1]  # of all rows
        total += picked.mul_(pick_other[:, columns]).sum(dim=1)
    return total, by_one, by_other
