"""Whether one set of numbers tends to be larger than another: Mann and Whitney's test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.resampling import wilson_interval


@dataclass(frozen=True)
class Comparison:
    """How much larger the numbers of one set are, in standard deviations of the null, and its interval."""

    z: float
    low: float
    high: float


def mann_whitney(one: Float[Tensor, " n"], other: Float[Tensor, " m"]) -> Comparison:
    """How much larger the numbers of `one` are.

    U is the number of pairs in which the number of `one` is the larger, a tie counting half; Z is
    (U - nm/2 + 1/2) / sqrt(nm (n + m + 1) / 12).

    The interval is Wilson's for the share U / nm, with as many trials as have the variance of the placements
    (DeLong et al. 1988) once either set has one number more below all and one above all: so it is no point
    where all numbers of one set are above the other's.

    Args:
        one: (n,) numbers.
        other: (m,) numbers.

    Source: Mann and Whitney 1947, with Meehan et al.'s continuity correction; checked against SciPy, the
    interval by simulation.
    """
    n, m = len(one), len(other)
    scale = math.sqrt(n * m * (n + m + 1) / 12)
    share = float(_placements(one, other).mean())
    shares = share, *wilson_interval(share * (trials := _trials(one, other)), trials)
    return Comparison(*((n * m * (part - 0.5) + 0.5) / scale for part in shares))


def _trials(one: Float[Tensor, " n"], other: Float[Tensor, " m"]) -> float:
    """How many independent trials have the share's variance."""
    ends = one.new_tensor([-math.inf, math.inf])
    one, other = torch.cat([one, ends]), torch.cat([other, ends])
    above_other, above_one = _placements(one, other), _placements(other, one)
    variance = float(above_other.var() / len(one) + above_one.var() / len(other))
    share = float(above_other.mean())
    return max(1.0, share * (1 - share) / variance)


def _placements(values: Float[Tensor, " n"], among: Float[Tensor, " m"]) -> Float[Tensor, " n"]:
    """The share of the other set below each number."""
    ranked = among.sort().values
    below, upto = (torch.searchsorted(ranked, values, right=right) for right in (False, True))
    return (below + upto).double() / (2 * len(among))
