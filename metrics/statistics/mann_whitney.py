"""Whether one set of numbers tends to be larger than another: Mann and Whitney's test."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor


def mann_whitney_z(one: Float[Tensor, " n"], other: Float[Tensor, " m"]) -> tuple[float, float]:
    """How much larger the numbers of `one` are, in standard deviations of the null.

    U is the number of pairs in which the number of `one` is the larger, a tie counting half; Z is
    (U - nm/2 + 1/2) / sqrt(nm (n + m + 1) / 12).

    Args:
        one: (n,) numbers.
        other: (m,) numbers.

    Returns:
        Z and its standard error, by the variances of the placements (DeLong et al. 1988); near 1 under the
        null.

    Source: Mann and Whitney 1947, with Meehan et al.'s continuity correction; checked against SciPy.
    """
    n, m = len(one), len(other)
    # The share of the other set below each number: its placement.
    above_other, above_one = _placements(one, other), _placements(other, one)
    wins = n * float(above_other.mean()) * m
    scale = math.sqrt(n * m * (n + m + 1) / 12)
    variance = sum(
        float(placements.var()) / len(placements) if len(placements) > 1 else 0.0
        for placements in (above_other, above_one)
    )
    return (wins - n * m / 2 + 0.5) / scale, n * m * math.sqrt(variance) / scale


def _placements(values: Float[Tensor, " n"], among: Float[Tensor, " m"]) -> Float[Tensor, " n"]:
    ranked = among.sort().values
    below, upto = (torch.searchsorted(ranked, values, right=right) for right in (False, True))
    return (below + upto).double() / (2 * len(among))
