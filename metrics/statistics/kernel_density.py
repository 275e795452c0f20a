"""Parzen windows: the density of a mixture of equal Gaussians, one on each kernel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError

BLOCK_ROWS = 256
"""Few, so that a block of distances stays in the cache while one bandwidth after the other is tried on it."""
_NARROWEST = 1e-4


@dataclass(frozen=True)
class Window:
    """A bandwidth and the mean log-density of the validation rows under it."""

    bandwidth: float
    log_density: float


def log_densities(
    queries: Float[Tensor, "n d"], kernels: Float[Tensor, "m d"], bandwidth: float
) -> Float[Tensor, " n"]:
    """The log of 1/m sum_j N(x; k_j, bandwidth² I) at each query, in nats, float64.

    Args:
        queries: rows (n, d).
        kernels: centres of the Gaussians (m, d).
        bandwidth: their standard deviation in every direction, above 0.

    Raises:
        InvalidSettingError: the bandwidth is not above 0.
        TooFewSamplesError: no kernel.

    Source: Parzen 1962; checked against scikit-learn's KernelDensity.
    """
    if not bandwidth > 0:
        raise InvalidSettingError(f"The bandwidth is {bandwidth}; give one above 0.")
    if len(kernels) == 0:
        raise TooFewSamplesError("A density can't be made of no image; give at least 1.")
    mixed = [torch.logsumexp(-squared / (2 * bandwidth**2), dim=1) for squared in _squares(queries, kernels)]
    dimensions = queries.shape[1]
    normaliser = math.log(len(kernels)) + dimensions / 2 * math.log(2 * math.pi * bandwidth**2)
    return torch.cat(mixed) - normaliser


def fit_bandwidth(
    validation: Float[Tensor, "n d"], kernels: Float[Tensor, "m d"], *, candidates: int
) -> Window:
    """The bandwidth under which the validation rows are the most likely.

    At the best bandwidth its square is a weighted mean of squared distances over d, nearer kernels weighing
    more. It therefore lies between the mean over rows of the smallest and of the mean squared distance, and
    the candidates divide that span evenly in logarithms.

    Args:
        validation: rows that are neither kernels nor tested later (n, d).
        kernels: centres of the Gaussians (m, d).
        candidates: number of bandwidths tried, at least 2.

    Raises:
        InvalidSettingError: fewer than two candidates.
        TooFewSamplesError: no validation row or no kernel.
    """
    if candidates < 2:
        raise InvalidSettingError(f"{candidates} bandwidths leave no choice; try at least 2.")
    if min(len(validation), len(kernels)) == 0:
        raise TooFewSamplesError("A bandwidth can't be chosen from no image; give at least 1 of each set.")
    dimensions = validation.shape[1]
    low, high = _span(validation, kernels)
    if high == 0:
        raise TooFewSamplesError("All images are the same: no bandwidth suits them; give different images.")
    low = max(low, _NARROWEST**2 * high)
    grid = torch.logspace(math.log10(low), math.log10(high), candidates, dtype=torch.float64) / dimensions
    sums = torch.zeros(candidates, dtype=torch.float64)
    for squared in _squares(validation, kernels):
        for index, variance in enumerate(grid.tolist()):
            sums[index] += torch.logsumexp(squared / (-2 * variance), dim=1).sum()
    constants = math.log(len(kernels)) + dimensions / 2 * (2 * math.pi * grid).log()
    scores = sums / len(validation) - constants
    best = int(scores.argmax())
    return Window(math.sqrt(float(grid[best])), float(scores[best]))


def _span(validation: Float[Tensor, "n d"], kernels: Float[Tensor, "m d"]) -> tuple[float, float]:
    """Means over rows of the smallest and of the mean squared distance to the kernels."""
    smallest, mean = 0.0, 0.0
    for squared in _squares(validation, kernels):
        smallest += float(squared.min(dim=1).values.sum())
        mean += float(squared.mean(dim=1).sum())
    return smallest / len(validation), mean / len(validation)


def _squares(queries: Float[Tensor, "n d"], kernels: Float[Tensor, "m d"]) -> Iterator[Float[Tensor, "b m"]]:
    """Squared distances in row blocks, about the kernels' mean so that a common offset costs no digits."""
    centre = kernels.mean(dim=0, dtype=torch.float64)
    columns = kernels.double() - centre
    norms = columns.square().sum(dim=1)
    for start in range(0, len(queries), BLOCK_ROWS):
        rows = queries[start : start + BLOCK_ROWS].double() - centre
        squared = torch.addmm(norms, rows, columns.T, alpha=-2)
        yield squared.add_(rows.square().sum(dim=1, keepdim=True)).clamp_(min=0)
