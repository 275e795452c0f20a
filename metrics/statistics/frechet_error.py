"""How far a Fréchet distance may be off because the images are a sample: by the delta method.

A distance moves with each image by its influence. Its gradient in a covariance S2 is I - T, where T carries
the one Gaussian to the other: with S1 = Fᵀ F and F S2 Fᵀ = U Λ Uᵀ, xᵀ T x = |Λ^(-1/4) Uᵀ F x|², and for the
way back |Λ^(-3/4) Uᵀ F S2 x|². Nothing is inverted, and rank-deficient covariances are no special case.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.frechet import factor_of
from metrics.types import Moments

ENOUGH_IMAGES = 10_000
FEW_IMAGES = 2048
INTERVAL = "delta method over images, bias not included"


def bias_notes(count: int) -> tuple[str, ...]:
    """What must be said of a Fréchet distance from so few images.

    Args:
        count: number of images in the smaller set.
    """
    if count >= ENOUGH_IMAGES:
        return ()
    usual = f"below {FEW_IMAGES:,} its covariance is singular, and " if count < FEW_IMAGES else ""
    return (
        f"Computed from {count:,} images: {usual}below {ENOUGH_IMAGES:,} a Fréchet distance is biased "
        "upwards; compare it only with values from equally many images, or see fid_infinity.",
    )


def frechet_standard_error(one: Moments, other: Moments) -> float:
    """Standard error of the Fréchet distance between two sets of features.

    It knows nothing of the bias that few images give the distance. A side without witnesses counts as exact.

    Args:
        one: moments in d dimensions.
        other: moments in the same d dimensions.

    Source: Mallasto and Feragen 2017 for the transport map; checked against a jackknife and Monte Carlo.
    """
    first, second = (other, one) if _is_smaller(other, one) else (one, other)
    factor = factor_of(first)
    carried = _times(second, factor.T)  # S2 Fᵀ, (d, r)
    values, vectors = torch.linalg.eigh(factor @ carried)
    kept = values > len(values) * torch.finfo(values.dtype).eps * values.max()
    if not bool(kept.any()):
        return 0.0
    roots, basis = values[kept], vectors[:, kept]
    there = (roots**-0.25)[:, None] * (basis.T @ factor)
    back = (roots**-0.75)[:, None] * (basis.T @ carried.T)
    variance = _variance(second, first.mean, there) + _variance(first, second.mean, back)
    return math.sqrt(variance)


def _is_smaller(one: Moments, other: Moments) -> bool:
    """Whether the factor of the one is the thinner."""
    return one.rows is not None and (other.rows is None or one.count < other.count)


def _times(moments: Moments, columns: Float[Tensor, "d r"]) -> Float[Tensor, "d r"]:
    if moments.rows is None:
        return moments.covariance @ columns
    return moments.rows.T @ (moments.rows @ columns) / (moments.count - 1)


def _variance(moments: Moments, goal: Float[Tensor, " d"], transport: Float[Tensor, "r d"]) -> float:
    """Variance of the distance by one side: that of the witnesses' influence over the number of images."""
    if moments.witnesses is None or len(moments.witnesses) < 2:
        return 0.0
    centred = moments.witnesses.double() - moments.mean
    towards = 2 * centred @ (moments.mean - goal)
    spread = centred.square().sum(dim=1) - (centred @ transport.T).square().sum(dim=1)
    return float((towards + spread).var()) / moments.count
