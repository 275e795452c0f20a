"""k-means: Lloyd's iterations from a k-means++ start, the same however the rows are ordered."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.ordering import seeded_order, torch_generator

BLOCK_ROWS = 4096
ADDED_ROWS = 512


@dataclass(frozen=True)
class Clusters:
    """Centres (k, d) in float64 and, for each row that was clustered, the index of its centre (n,)."""

    centres: Float[Tensor, "k d"]
    members: Int[Tensor, " n"]


def kmeans(values: Float[Tensor, "n d"], clusters: int, *, seed: int = 0, iterations: int = 50) -> Clusters:
    """Centres that make the sum of squared distances to the nearest centre small: a local minimum.

    Args:
        values: rows (n, d) of any floating dtype, in which products are taken; sums are in float64.
        clusters: number of centres k, from 1 to n.
        seed: fixes the k-means++ start.
        iterations: most rounds of Lloyd's algorithm; it stops when no row changes its centre.

    Returns:
        Centres and members. A centre that loses all its rows stays where it was.

    Raises:
        TooFewSamplesError: fewer rows than centres.

    Source: Lloyd 1982; Arthur and Vassilvitskii 2007; checked against scikit-learn's KMeans.
    """
    if not 1 <= clusters <= len(values):
        raise TooFewSamplesError(
            f"{len(values)} images can't be put into {clusters} clusters; give more images or fewer clusters."
        )
    order = seeded_order(values, seed)
    rows = values[order]
    centres = _spread_start(rows, clusters, torch_generator(seed))
    members, sums = nearest_centre(rows, centres), torch.zeros_like(centres)
    _add(sums, rows, members)
    for _ in range(iterations):
        centres = _means(sums, members, centres)
        nearest = nearest_centre(rows, centres)
        moved = (nearest != members).nonzero()[:, 0]
        if len(moved) == 0:
            break
        _add(sums, rows[moved], members[moved], times=-1)
        _add(sums, rows[moved], nearest[moved])
        members = nearest
    unshuffled = torch.empty_like(members)
    unshuffled[order] = members
    return Clusters(centres, unshuffled)


def nearest_centre(values: Float[Tensor, "n d"], centres: Float[Tensor, "k d"]) -> Int[Tensor, " n"]:
    """Index of the nearest centre for each row (n,), by products in the rows' dtype.

    Args:
        values: rows (n, d).
        centres: centres (k, d), float64.
    """
    norms, columns = centres.square().sum(dim=1), centres.T.to(values.dtype)
    nearest = [
        # The row's own norm is the same for all centres, so the comparison does without it.
        (norms - 2 * (block @ columns)).argmin(dim=1)
        for block in torch.split(values, BLOCK_ROWS)
    ]
    return torch.cat(nearest)


def _spread_start(
    rows: Float[Tensor, "n d"], clusters: int, generator: torch.Generator
) -> Float[Tensor, "k d"]:
    """k-means++: each next centre is a row drawn in proportion to its squared distance from those before."""
    first = int(torch.randint(len(rows), (1,), generator=generator))
    chosen = [rows[first].double()]
    norms = torch.cat([block.double().square().sum(dim=1) for block in torch.split(rows, BLOCK_ROWS)])
    distances = _squared_distances(rows, norms, chosen[0])
    for _ in range(clusters - 1):
        total = distances.cumsum(dim=0)
        # Where all rows lie on centres already, any row will do.
        target = torch.rand((), generator=generator, dtype=torch.float64) * total[-1]
        index = min(int(torch.searchsorted(total, target, right=True)), len(rows) - 1)
        chosen.append(rows[index].double())
        distances = torch.minimum(distances, _squared_distances(rows, norms, chosen[-1]))
    return torch.stack(chosen)


def _squared_distances(
    rows: Float[Tensor, "n d"], norms: Float[Tensor, " n"], centre: Float[Tensor, " d"]
) -> Float[Tensor, " n"]:
    products = (rows @ centre.to(rows.dtype)).double()
    return (norms - 2 * products + centre.square().sum()).clamp(min=0)


def _add(
    sums: Float[Tensor, "k d"], rows: Float[Tensor, "m d"], members: Int[Tensor, " m"], times: int = 1
) -> None:
    """Add rows to the sums of their centres, or take them away, in place."""
    for block, own in zip(torch.split(rows, ADDED_ROWS), torch.split(members, ADDED_ROWS), strict=True):
        sums.index_add_(0, own, block.double(), alpha=times)


def _means(
    sums: Float[Tensor, "k d"], members: Int[Tensor, " n"], before: Float[Tensor, "k d"]
) -> Float[Tensor, "k d"]:
    """Mean of each centre's rows; a centre without rows stays."""
    counts = torch.bincount(members, minlength=len(before)).double()[:, None]
    return torch.where(counts > 0, sums / counts.clamp(min=1), before)
