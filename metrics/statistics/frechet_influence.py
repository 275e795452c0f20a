"""How far a Fréchet distance may be off for want of images: its derivative at each image.

By a set's covariance the distance has the derivative I - T, T being the linear map that carries the set's
Gaussian to the other's. An image's influence is 2 (m1 - m2)·x + xᵀ (I - T) x, x taken from the mean, and the
distance's variance is that of the influences over the number of images.

With S1 = Fᵀ F and F S2 Fᵀ = U diag(l) Uᵀ, xᵀ T x is |l^(1/4) Uᵀ a|² for x = Fᵀ a, and for the other set's y
it is |l^(-1/4) Uᵀ F y|²: one eigendecomposition serves both sets, and no covariance is inverted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.statistics.resampling import normal_interval
from metrics.types import Moments

ENOUGH_IMAGES = 10_000
FEW_IMAGES = 2048


def frechet_interval(one: Moments, other: Moments, value: float) -> tuple[float, float, str]:
    """95 % interval of a Fréchet distance, and how it was made.

    It tells how far another draw of as many images would be, not how far the bias of few images goes. A set
    of which no image is known, as in a file of moments, is taken as exact.

    Args:
        one: moments of a set.
        other: moments of another set.
        value: their distance.

    Source: checked against the spread over draws and against finite differences.
    """
    parts = influences(one, other)
    variance = sum(
        float(values.var()) / moments.count
        for values, moments in zip(parts, (one, other), strict=True)
        if values is not None
    )
    low, high = normal_interval(value, math.sqrt(variance))
    unknown = sum(values is None for values in parts)
    how = "delta method over images" + (", a set known by its moments only taken as exact" if unknown else "")
    return max(0.0, low), high, how


def few_images_notes(one: Moments, other: Moments) -> tuple[str, ...]:
    """What a reader must know of a distance between few images; nothing if there are enough."""
    count = min(one.count, other.count)
    if count >= ENOUGH_IMAGES:
        return ()
    much = f"; below {FEW_IMAGES:,}, much so" if count < FEW_IMAGES else ""
    return (
        f"Computed from {count:,} images: below {ENOUGH_IMAGES:,} a Fréchet distance is biased "
        f"upwards{much}; compare it only with values from equally many images, or take fid_infinity.",
    )


def influences(one: Moments, other: Moments) -> tuple[Float[Tensor, " n"] | None, Float[Tensor, " m"] | None]:
    """Influence on the distance of each image known, about their means: None for a set without any."""
    if _rank_bound(other) < _rank_bound(one):
        theirs, ours = influences(other, one)
        return ours, theirs
    factor = _Factor.of(one)
    roots, vectors = torch.linalg.eigh(_carried(factor.rows, other))
    kept = roots > len(roots) * torch.finfo(roots.dtype).eps * roots.max().clamp(
        min=torch.finfo(roots.dtype).tiny
    )
    roots, vectors = roots[kept].sqrt(), vectors[:, kept]
    shift = one.mean - other.mean
    known_one, known_other = _known(one), _known(other)
    return (
        None
        if known_one is None
        else _influence(known_one, shift, (factor.coordinates(known_one) @ vectors).square() @ roots),
        None
        if known_other is None
        else _influence(known_other, -shift, (known_other @ factor.rows.T @ vectors).square() @ (1 / roots)),
    )


def _influence(
    centred: Float[Tensor, "n d"], shift: Float[Tensor, " d"], carried: Float[Tensor, " n"]
) -> Float[Tensor, " n"]:
    values: Tensor = 2 * (centred @ shift) + torch.linalg.vecdot(centred, centred) - carried
    return values - values.mean()


@dataclass(frozen=True)
class _Factor:
    """Some F (r, d) with Fᵀ F the covariance, and how to find a with Fᵀ a = x."""

    rows: Float[Tensor, "r d"]
    inverse: Float[Tensor, "r d"] | None

    @classmethod
    def of(cls, moments: Moments) -> _Factor:
        if moments.rows is not None:
            return cls(moments.rows / math.sqrt(moments.count - 1), None)
        values, vectors = torch.linalg.eigh(moments.covariance)
        kept = values > len(values) * torch.finfo(values.dtype).eps * values.max()
        scales = values[kept].sqrt()[:, None]
        return cls(scales * vectors[:, kept].T, vectors[:, kept].T / scales)

    def coordinates(self, centred: Float[Tensor, "n d"]) -> Float[Tensor, "n r"]:
        """The a of each vector; where the factor is the vectors themselves, a multiple of a unit vector."""
        if self.inverse is not None:
            return centred @ self.inverse.T
        return math.sqrt(len(self.rows) - 1) * torch.eye(len(self.rows), dtype=self.rows.dtype)


def _rank_bound(moments: Moments) -> int:
    return moments.dimensions if moments.rows is None else len(moments.rows)


def _known(moments: Moments) -> Float[Tensor, "n d"] | None:
    """The images at hand, about the mean."""
    if moments.rows is not None:
        return moments.rows
    return None if moments.witnesses is None else moments.witnesses.double() - moments.mean


def _carried(factor: Float[Tensor, "r d"], other: Moments) -> Float[Tensor, "r r"]:
    """F S2 Fᵀ."""
    if other.rows is None:
        return factor @ other.covariance @ factor.T
    cross = factor @ other.rows.T
    return cross @ cross.T / (other.count - 1)
