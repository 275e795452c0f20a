"""Precision and recall of one distribution over bins by another, for every trade-off between the two."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

ANGLES = 1001
LEAST_ANGLE = 1e-10


def trade_off(
    reference: Float[Tensor, "*runs k"], evaluated: Float[Tensor, "*runs k"]
) -> tuple[Float[Tensor, "*runs a"], Float[Tensor, "*runs a"]]:
    """Precision and recall at each slope l: sum of min(l p, q), and that over l.

    Args:
        reference: shares p of each bin (…, k), adding up to 1.
        evaluated: shares q of each bin (…, k).

    Returns:
        Precisions and recalls (…, 1001) at the slopes tan of equal steps of angle, in [0, 1].

    Source: Sajjadi et al. 2018, algorithm 1; checked by hand.
    """
    angles = torch.linspace(LEAST_ANGLE, torch.pi / 2 - LEAST_ANGLE, ANGLES, dtype=torch.float64)
    slopes = angles.tan()
    shared = torch.minimum(slopes[:, None] * reference[..., None, :], evaluated[..., None, :])
    precisions = shared.sum(dim=-1)
    return precisions.clamp(0, 1), (precisions / slopes).clamp(0, 1)


def best_f_score(
    precisions: Float[Tensor, "*runs a"], recalls: Float[Tensor, "*runs a"], beta: float
) -> Float[Tensor, "*runs"]:
    """Largest F_beta on the curve: beta times as much weight on recall as on precision.

    Args:
        precisions: (…, a) at each angle, in [0, 1].
        recalls: likewise.
        beta: above 0.
    """
    square = beta**2
    return ((1 + square) * precisions * recalls / (square * precisions + recalls).clamp(min=1e-300)).amax(
        dim=-1
    )
