"""Maximum mean discrepancy with a polynomial kernel, over many subsets at once.

A subset is a row of a 0/1 matrix P, so the sums over all subsets are row sums of (P K) ∘ P: the Gram matrix K
is made once, in blocks that are never all in memory, however many subsets there are. Within a set it is
symmetric, and only the blocks from the diagonal on are made. The kernel is computed in the features' own
dtype, where each value's rounding is as likely up as down; the sums, where that evens out, are float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.chance import random_state

BLOCK_ROWS = 256
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
    one, other = _of_one_dtype(one, other)
    pick_one, pick_other = _draw_subsets(len(one), len(other), subsets, subset_size, seed)
    within_one, rows_one = _within_sums(one, pick_one, degree)
    within_other, rows_other = _within_sums(other, pick_other, degree)
    between, across_one, across_other = _between_sums(one, other, pick_one, pick_other, degree)
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


def _within_sums(
    values: Float[Tensor, "n d"], pick: Float[Tensor, "s n"], degree: int
) -> tuple[Float[Tensor, " s"], Float[Tensor, " n"]]:
    """Sum of k(x, x') over pairs of different rows: of each subset, and of each row with all others."""
    total = torch.zeros(len(pick), dtype=torch.float64)
    by_row = torch.zeros(len(values), dtype=torch.float64)
    for start in range(0, len(values), BLOCK_ROWS):
        gram = _gram(values[start : start + BLOCK_ROWS], values[start:], degree)
        height = len(gram)
        # Pairs within the block's own rows come twice, those with later rows once, and count twice.
        gram[:, :height].fill_diagonal_(0).div_(2)
        total += 2 * ((pick[:, start : start + height] @ gram) * pick[:, start:]).sum(dim=1)
        by_row[start : start + height] += gram.sum(dim=1)
        by_row[start:] += gram.sum(dim=0)
    return total, by_row


def _between_sums(
    one: Float[Tensor, "n1 d"],
    other: Float[Tensor, "n2 d"],
    pick_one: Float[Tensor, "s n1"],
    pick_other: Float[Tensor, "s n2"],
    degree: int,
) -> tuple[Float[Tensor, " s"], Float[Tensor, " n1"], Float[Tensor, " n2"]]:
    """Sum of k(x, y) over x of one set, y of the other: of each subset, of each x, of each y."""
    total = torch.zeros(len(pick_one), dtype=torch.float64)
    by_one = torch.zeros(len(one), dtype=torch.float64)
    by_other = torch.zeros(len(other), dtype=torch.float64)
    for start in range(0, len(one), BLOCK_ROWS):
        gram = _gram(one[start : start + BLOCK_ROWS], other, degree)
        rows = slice(start, start + len(gram))
        total += ((pick_one[:, rows] @ gram) * pick_other).sum(dim=1)
        by_one[rows] = gram.sum(dim=1)
        by_other += gram.sum(dim=0)
    return total, by_one, by_other


def _gram(one: Float[Tensor, "b d"], other: Float[Tensor, "c d"], degree: int) -> Float[Tensor, "b c"]:
    """The kernel between rows, computed in their dtype and returned in float64."""
    products = torch.addmm(one.new_ones(()), one, other.T, alpha=1 / one.shape[1])
    return products.pow_(degree).double()
