"""What is known of points because their distribution is: pure functions of numbers."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ganmodels.toys.data import Toy

NEAR = 3.0
"""Standard deviations from the nearest centre up to which a point is of high quality."""


@dataclass(frozen=True)
class ModeScores:
    """How much of a toy a generator makes.

    Attributes:
        modes_covered: modes that hold at least one point of high quality.
        mode_count: of the toy.
        high_quality: share of points that are.
        shares: share of all points that are of high quality and in each mode.
    """

    modes_covered: int
    mode_count: int
    high_quality: float
    shares: tuple[float, ...]


def mode_scores(points: Float[Tensor, "n 2"], toy: Toy) -> ModeScores:
    """Counts modes and points of high quality: those within three deviations of the nearest centre.

    Real points score 98.9 %, the share of a Gaussian of two dimensions within three deviations.

    Args:
        points: in the toy's own unit.
        toy: what they should be drawn from.

    Source: Srivastava et al. 2017 (arXiv:1705.07761), section 4.1.
    """
    distance, nearest = torch.cdist(points.double(), toy.centres.double()).min(dim=1)
    good = distance <= NEAR * toy.std
    counts = torch.bincount(toy.modes[nearest[good]], minlength=toy.mode_count)
    return ModeScores(
        modes_covered=int((counts > 0).sum()),
        mode_count=toy.mode_count,
        high_quality=int(good.sum()) / len(points),
        shares=tuple((counts / len(points)).tolist()),
    )


def optimal_discriminator(
    log_real: Float[Tensor, " n"], log_generated: Float[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """Computes p_r / (p_r + p_g), what the best discriminator says of points.

    Args:
        log_real: logarithm of the real points' density.
        log_generated: that of the generated ones.

    Source: Goodfellow et al. 2014 (arXiv:1406.2661), proposition 1.
    """
    return torch.sigmoid(log_real - log_generated)
