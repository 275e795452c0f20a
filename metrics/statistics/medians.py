"""The median and its interval."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.resampling import Interval, Z


def median_interval(values: Float[Tensor, " n"]) -> Interval:
    """95 % interval of the median: the order statistics whose ranks the binomial law allows.

    Args:
        values: (n,), independent; infinities are allowed.

    Raises:
        TooFewSamplesError: fewer than two values.

    Source: Conover 1999, section 3.2.
    """
    count = len(values)
    if count < 2:
        raise TooFewSamplesError(f"The median of {count} images has no interval; give at least 2.")
    half = Z * math.sqrt(count) / 2
    ranked = torch.sort(values.double()).values
    low = max(0, math.floor(count / 2 - half) - 1)
    high = min(count - 1, math.ceil(count / 2 + half))
    return float(ranked[low]), float(ranked[high])
