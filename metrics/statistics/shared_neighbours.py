"""Shares of images whose outcomes hang on neighbours that they have in common."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.statistics.resampling import Interval, wilson_interval

HOW = "Wilson, images on the same or on mutual neighbours taken together"


def linked_share_interval(
    outcomes: Float[Tensor, " n"], neighbours: Int[Tensor, " n"], nearest: Int[Tensor, " m"]
) -> Interval:
    """Interval of a share of images, each of which is judged by its nearest neighbour.

    Args:
        outcomes: 1 for each image that counts, 0 for one that does not, a half for a tie.
        neighbours: for each image the place, 0 to m - 1, of the neighbour that it is judged by.
        nearest: for each neighbour the place of the one nearest to it.
    """
    trials = independent_count(outcomes, neighbours, nearest)
    return wilson_interval(float(outcomes.mean()) * trials, trials)


def independent_count(
    outcomes: Float[Tensor, " n"], neighbours: Int[Tensor, " n"], nearest: Int[Tensor, " m"]
) -> float:
    """How many independent images would tell a share as exactly as these do.

    Two images are linked if they have the same neighbour, or neighbours each of which is nearest to the
    other. The variance of the share is the sum of products of linked images' deviations from it. Where all
    outcomes agree, linked images are taken to do so by their links.

    Args:
        outcomes: (n,) as in `linked_share_interval`.
        neighbours: (n,) likewise.
        nearest: (m,) likewise.

    Returns:
        From 1 to n.

    Source: the variance of a sum over a graph of dependence; of two equal distributions it is that of
    Schilling (1986) for nearest neighbours. Checked by simulation.
    """
    rest = outcomes.double() - outcomes.double().mean()
    if not rest.any():
        rest = torch.ones_like(rest)
    sums = rest.new_zeros(len(nearest)).index_add(0, neighbours, rest)
    mutual = nearest[nearest] == torch.arange(len(nearest))
    linked = float(sums.square().sum() + (sums * sums[nearest])[mutual].sum())
    spread = float(rest.square().sum())
    return max(1.0, len(rest) * spread / max(linked, spread))
