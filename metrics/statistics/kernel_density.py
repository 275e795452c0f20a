"""Parzen windows: the density of a mixture of equal Gaussians, one on each kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.exponents import floored
from metrics.statistics.parts import Part

DOUBT_NATS = 0.1
"""How far a log-density may be off at worst for want of a distance's digits; as a rule it is far less."""
_NARROWEST = 1e-4


@dataclass(frozen=True)
class Window:
    """A bandwidth and the mean log-density of the validation rows under it."""

    bandwidth: float
    log_density: float


def log_densities(part: Part, bandwidth: float) -> Float[Tensor, " n"]:
    """The log of 1/m sum_j N(x; k_j, bandwidth² I) at each query, in nats, float64.

    Args:
        part: the queries (n, d) as its rows, the centres of the Gaussians (m, d) as its columns.
        bandwidth: their standard deviation in every direction, above 0.

    Raises:
        InvalidSettingError: the bandwidth is not above 0.
        TooFewSamplesError: no kernel.

    Source: Parzen 1962; checked against scikit-learn's KernelDensity.
    """
    if not bandwidth > 0:
        raise InvalidSettingError(f"The bandwidth is {bandwidth}; give one above 0.")
    if part.column_count == 0:
        raise TooFewSamplesError("A density can't be made of no image; give at least 1.")
    part = part.known_to(_doubt(bandwidth**2))
    mixed = [_log_sums(*_above_nearest(squared), bandwidth**2) for squared in part.squares()]
    return torch.cat(mixed) - _log_normaliser(part, bandwidth**2)


def fit_bandwidth(part: Part, *, candidates: int) -> Window:
    """The bandwidth under which the validation rows are the most likely.

    At the best bandwidth its square is a weighted mean of squared distances over d, nearer kernels weighing
    more. It therefore lies between the mean over rows of the smallest and of the mean squared distance, and
    the candidates divide that span evenly in logarithms.

    Args:
        part: validation rows (n, d), neither kernels nor tested later, as its rows; the centres of the
            Gaussians (m, d) as its columns.
        candidates: number of bandwidths tried, at least 2.

    Raises:
        InvalidSettingError: fewer than two candidates.
        TooFewSamplesError: no validation row or no kernel.
    """
    if candidates < 2:
        raise InvalidSettingError(f"{candidates} bandwidths leave no choice; try at least 2.")
    if min(part.row_count, part.column_count) == 0:
        raise TooFewSamplesError("A bandwidth can't be chosen from no image; give at least 1 of each set.")
    low, high = _span(part)
    if (sure := part.known_to(_doubt(low / part.dimensions))) is not part:
        part, (low, high) = sure, _span(sure)
    if high == 0:
        raise TooFewSamplesError("All images are the same: no bandwidth suits them; give different images.")
    low = max(low, _NARROWEST**2 * high)
    grid = torch.logspace(math.log10(low), math.log10(high), candidates, dtype=torch.float64)
    variances = (grid / part.dimensions).tolist()
    sums = torch.zeros(candidates, dtype=torch.float64)
    for squared in part.squares():
        excess, nearest = _above_nearest(squared)
        for index, variance in enumerate(variances):
            sums[index] += _log_sums(excess, nearest, variance).sum()
    scores = [
        float(total) / part.row_count - _log_normaliser(part, variance)
        for total, variance in zip(sums, variances, strict=True)
    ]
    best = max(range(candidates), key=scores.__getitem__)
    return Window(math.sqrt(variances[best]), scores[best])


def _doubt(variance: float) -> float:
    """How far squared distances may be off, so that exponents are off by no more than `DOUBT_NATS`."""
    return 2 * variance * DOUBT_NATS


def _span(part: Part) -> tuple[float, float]:
    """Means over rows of the smallest and of the mean squared distance to the kernels."""
    smallest, mean = 0.0, 0.0
    for squared in part.squares():
        smallest += float(squared.amin(dim=1).sum(dtype=torch.float64))
        mean += float(squared.mean(dim=1).sum(dtype=torch.float64))
    return smallest / part.row_count, mean / part.row_count


def _above_nearest(squared: Float[Tensor, "b m"]) -> tuple[Float[Tensor, "b m"], Float[Tensor, " b"]]:
    """How much larger each squared distance is than its row's smallest; those smallest, float64."""
    nearest = squared.amin(dim=1)
    return squared.sub_(nearest[:, None]), nearest.double()


def _log_sums(
    excess: Float[Tensor, "b m"], nearest: Float[Tensor, " b"], variance: float
) -> Float[Tensor, " b"]:
    """Logarithm of the sum of exp(-|x - k|² / 2 variance) over the kernels, for each row."""
    shares = floored(excess * (-0.5 / variance)).exp_()
    return shares.sum(dim=1).double().log_() - nearest / (2 * variance)


def _log_normaliser(part: Part, variance: float) -> float:
    return math.log(part.column_count) + part.dimensions / 2 * math.log(2 * math.pi * variance)
