"""How deep inside a manifold of balls each vector lies, and in how sparse a part of it."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.balls import members, reach_of_columns
from metrics.statistics.distances import Pairs

CANDIDATES = 4
LARGEST_REALISM = 1e6


def realism_scores(pairs: Pairs, radii: Float[Tensor, " m"]) -> Float[Tensor, " n"]:
    """Max over the balls of radius / distance to the centre, float64.

    Balls of at least the median radius are left out: they reach from outliers across empty space.

    Args:
        pairs: vectors (n, d) and the balls' centres (m, d).
        radii: the balls' radii (m,).

    Returns:
        (n,), at least 1 inside the manifold of the balls that count; a copy of a centre would be infinite
        and is given `LARGEST_REALISM`.

    Source: Kynkäänniemi et al. 2019, section 5; checked against all distances at once.
    """
    # Ties at the median may leave no ball below it; then all count.
    counted = radii < radii.quantile(0.5)
    reach = torch.where(counted, radii, 0.0) if bool(counted.any()) else radii
    ratios = torch.zeros(len(pairs.rows), dtype=torch.float64)
    for tile in pairs.tiles():
        width = tile.squared.shape[1]
        own = reach[tile.column : tile.column + width]
        approximate = own.square().float() / tile.squared.clamp(
            min=pairs.slack + torch.finfo(torch.float32).tiny
        )
        best = approximate.topk(min(CANDIDATES, width), dim=1).indices
        rows = (tile.row + torch.arange(len(best)))[:, None].expand_as(best).flatten()
        distances = pairs.distances(rows, tile.column + best.flatten()).reshape(best.shape)
        exact = (own[best] / distances.clamp(min=torch.finfo(torch.float64).tiny)).amax(dim=1)
        block = slice(tile.row, tile.row + len(best))
        ratios[block] = torch.maximum(ratios[block], exact)
    return ratios.clamp_(max=LARGEST_REALISM)


def rarity_scores(pairs: Pairs, radii: Float[Tensor, " m"]) -> Float[Tensor, " n"]:
    """The smallest radius among the balls that hold each vector; infinity where none does.

    Args:
        pairs: vectors (n, d) and the balls' centres (m, d).
        radii: the balls' radii (m,).

    Source: Han et al. 2023, section 3; checked against all distances at once.
    """
    smallest = torch.full((len(pairs.rows),), torch.inf, dtype=torch.float64)
    for tile in pairs.tiles():
        held = members(pairs, tile, reach_of_columns(tile, radii))
        smallest.scatter_reduce_(0, held.rows + tile.row, radii[held.columns + tile.column], "amin")
    return smallest
