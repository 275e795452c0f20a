"""Maximum mean discrepancy with a Gaussian kernel, in tiles, with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.cosine import UnitPairs
from metrics.statistics.distances import Pairs
from metrics.statistics.exponents import floored

AnyPairs = Pairs | UnitPairs


@dataclass(frozen=True)
class Discrepancy:
    """Squared MMD with its standard error (of first order: none of the error that is left at equal sets)."""

    value: float
    standard_error: float


def gaussian_discrepancy(
    one: AnyPairs, other: AnyPairs, between: AnyPairs, *, bandwidth: float, biased: bool
) -> Discrepancy:
    """Squared MMD with k(x, y) = exp(-|x - y|² / (2 s²)).

    Args:
        one: all pairs within the first set, n of them.
        other: all pairs within the second set, m of them.
        between: rows of the first set, columns of the second.
        bandwidth: s, above 0.
        biased: whether the pairs of a vector with itself count (the V-statistic, never negative); the
            unbiased estimate may be negative.

    Source: Gretton et al. 2012, equations 3 and 5; checked against numpy.
    """
    count_one, count_other = len(between.rows), len(between.columns)
    within_one = _means_within(one, bandwidth, biased)
    within_other = _means_within(other, bandwidth, biased)
    sums_one, sums_other = _kernel_sums(between, bandwidth)
    to_other, to_one = sums_one / count_other, sums_other / count_one
    value = float(within_one.mean() + within_other.mean() - 2 * to_other.mean())
    # A vector's influence: twice how much nearer it is to its own set than to the other.
    variances = [
        4 * float((own - across).var()) / len(own)
        for own, across in ((within_one, to_other), (within_other, to_one))
    ]
    return Discrepancy(value, math.sqrt(sum(variances)))


def median_distance(values: Float[Tensor, "n d"]) -> float:
    """Median Euclidean distance between different rows: the usual bandwidth.

    Args:
        values: at most a few thousand rows (n, d).
    """
    return float(torch.nn.functional.pdist(values.double()).median())


def _means_within(pairs: AnyPairs, bandwidth: float, biased: bool) -> Float[Tensor, " n"]:
    """Mean kernel of each vector with its own set, with itself or without."""
    others, _ = _kernel_sums(pairs, bandwidth, skip_own=True)
    return (others + 1) / len(others) if biased else others / (len(others) - 1)


def _kernel_sums(
    pairs: AnyPairs, bandwidth: float, *, skip_own: bool = False
) -> tuple[Float[Tensor, " n"], Float[Tensor, " m"]]:
    """Sum of the kernel over the columns for each row, and over the rows for each column."""
    by_row = torch.zeros(len(pairs.rows), dtype=torch.float64)
    by_column = torch.zeros(len(pairs.columns), dtype=torch.float64)
    for tile in pairs.tiles():
        kernel = floored(tile.squared.double().div_(-2 * bandwidth**2)).exp_()
        height, width = kernel.shape
        if skip_own and -height < tile.row - tile.column < width:
            kernel.diagonal(tile.row - tile.column).zero_()
        by_row[tile.row : tile.row + height] += kernel.sum(dim=1)
        by_column[tile.column : tile.column + width] += kernel.sum(dim=0)
    return by_row, by_column
