"""Fréchet distances of growing parts of one set from another set, for little more than the price of one.

The other set's factor F is found once and the rows are carried by it once; a part's covariance, carried, is
then a sum over its rows that grows from part to part, so that each distance costs one symmetric eigenvalue
problem.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.frechet import factor_of
from metrics.types import Moments


def nested_distances(rows: Float[Tensor, "n d"], sizes: Sequence[int], other: Moments) -> Float[Tensor, " p"]:
    """Fréchet distance of the first `sizes[i]` rows from another set, for each i.

    Args:
        rows: vectors (n, d).
        sizes: increasing, at least 2 and at most n.
        other: moments of the other set.

    Source: checked against the distance of each part by itself.
    """
    factor = factor_of(other).rows
    total = torch.zeros(other.dimensions, dtype=torch.float64)
    squares, done, found = 0.0, 0, []
    carried = torch.zeros(len(factor), len(factor), dtype=torch.float64)
    for size in sizes:
        # About the other set's mean, near which both are: sums of squares lose few digits there.
        part = rows[done:size].double() - other.mean
        done = size
        total += part.sum(dim=0)
        squares += float(part.square().sum())
        image = part @ factor.T
        carried.addmm_(image.T, image)
        mean = total / size
        shift = factor @ mean
        covariance = (carried - size * torch.outer(shift, shift)) / (size - 1)
        overlap = float(torch.linalg.eigvalsh(covariance).clamp(min=0).sqrt().sum())
        spread = (squares - size * float(mean.square().sum())) / (size - 1)
        found.append(float(mean.square().sum()) + spread + other.trace - 2 * overlap)
    return torch.tensor(found, dtype=torch.float64)
