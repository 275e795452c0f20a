"""Fréchet distances of growing parts of one set from another set, for little more than the price of one.

The other set's factor F is found once and the rows are carried by it once; a part's covariance, carried, is
then a sum over its rows that grows from part to part, so that each distance costs one symmetric eigenvalue
problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Moments
from metrics.statistics.frechet import factor_of
from metrics.statistics.side_by_side import side_by_side


def nested_distances(rows: Float[Tensor, "n d"], sizes: Sequence[int], other: Moments) -> Float[Tensor, " p"]:
    """Fréchet distance of the first `sizes[i]` rows from another set, for each i.

    Args:
        rows: vectors (n, d).
        sizes: increasing, at least 2 and at most n.
        other: moments of the other set.

    Source: checked against the distance of each part by itself.
    """
    return torch.tensor(list(side_by_side(_distance, _parts(rows, sizes, other))), dtype=torch.float64)


def _distance(part: tuple[float, Float[Tensor, "r r"]]) -> float:
    rest, carried = part
    return rest - 2 * float(torch.linalg.eigvalsh(carried).clamp(min=0).sqrt().sum())


def _parts(
    rows: Float[Tensor, "n d"], sizes: Sequence[int], other: Moments
) -> Iterator[tuple[float, Float[Tensor, "r r"]]]:
    """Of each part: its distance without the overlap, and its covariance, carried by the other's factor."""
    factor = factor_of(other).rows
    total = torch.zeros(other.dimensions, dtype=torch.float64)
    products = torch.zeros(len(factor), len(factor), dtype=torch.float64)
    squares, done = 0.0, 0
    for size in sizes:
        # About the other set's mean, near which both are: sums of squares lose few digits there.
        part = rows[done:size].double() - other.mean
        done = size
        total += part.sum(dim=0)
        squares += float(part.square().sum())
        image = part @ factor.T
        products.addmm_(image.T, image)
        mean = total / size
        shift = factor @ mean
        spread = (squares - size * float(mean.square().sum())) / (size - 1)
        rest = float(mean.square().sum()) + spread + other.trace
        yield rest, (products - size * torch.outer(shift, shift)) / (size - 1)
