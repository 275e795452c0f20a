"""How far a Fréchet distance may be off for want of images: its derivative at each image.

By a set's covariance the distance has the derivative I - T, T being the linear map that carries the set's
Gaussian to the other's. An image's influence is 2 (m1 - m2)·x + xᵀ (I - T) x, x taken from the mean, and the
distance's variance is that of the influences over the number of images.

With S1 = Fᵀ F and F S2 Fᵀ = U diag(l) Uᵀ, xᵀ T x is |l^(1/4) Uᵀ a|² for x = Fᵀ a, and for the other set's y
it is |l^(-1/4) Uᵀ F y|²: one eigendecomposition serves both sets, and no covariance is inverted.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Moments
from metrics.statistics.frechet import Factor, factor_of
from metrics.statistics.resampling import normal_interval
from metrics.statistics.sharing import is_remembered, remembered

Influences = tuple[Float[Tensor, " n"] | None, Float[Tensor, " m"] | None]

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
    """What a reader must know of a distance between few images; nothing if there are enough.

    Args:
        one: moments of a set.
        other: moments of another set.
    """
    count = min(one.count, other.count)
    if count >= ENOUGH_IMAGES:
        return ()
    much = f"; below {FEW_IMAGES:,}, much so" if count < FEW_IMAGES else ""
    return (
        f"Computed from {count:,} images: below {ENOUGH_IMAGES:,} a Fréchet distance is biased "
        f"upwards{much}; compare it only with values from equally many images, or take fid_infinity.",
    )


def influences(one: Moments, other: Moments) -> Influences:
    """Influence on the distance of each image known, about their means: None for a set without any.

    Found once for all metrics that look at these moments.

    Args:
        one: moments of a set, whose influences come first.
        other: moments of another set.

    Source: checked against finite differences.
    """
    if _rank_bound(other) < _rank_bound(one) or is_remembered(other, one, "influences"):
        theirs, ours = _found_once(other, one)
        return ours, theirs
    return _found_once(one, other)


def _found_once(one: Moments, other: Moments) -> Influences:
    return remembered(one, other, "influences", lambda: _new_influences(one, other))


def _new_influences(one: Moments, other: Moments) -> Influences:
    factor = factor_of(one)
    roots, vectors = torch.linalg.eigh(_carried(factor.rows, other))
    kept = roots > len(roots) * torch.finfo(roots.dtype).eps * _largest(roots)
    roots, vectors = roots[kept].sqrt(), vectors[:, kept]
    shift = one.mean - other.mean
    known_one, known_other = _known(one), _known(other)
    ours = theirs = None
    if known_one is not None:
        carried = _coordinates(factor, one, known_one) @ vectors
        ours = _influence(known_one, shift, carried.square() @ roots)
    if known_other is not None:
        carried = known_other @ (factor.rows.T @ vectors)
        theirs = _influence(known_other, -shift, carried.square() @ (1 / roots))
    return ours, theirs


def _largest(roots: Float[Tensor, " r"]) -> float:
    """The largest, so that what is 0 is never more; of images that are all the same there is none."""
    return max(float(roots.max()), torch.finfo(roots.dtype).tiny) if len(roots) else 1.0


def _coordinates(factor: Factor, moments: Moments, known: Float[Tensor, "n d"]) -> Float[Tensor, "n r"]:
    """The a with Fᵀ a = x of each image; where F is the images themselves, a multiple of a unit vector."""
    if moments.rows is not None:
        return math.sqrt(moments.count - 1) * torch.eye(moments.count, dtype=moments.rows.dtype)
    return factor.coordinates(known)


def _influence(
    centred: Float[Tensor, "n d"], shift: Float[Tensor, " d"], carried: Float[Tensor, " n"]
) -> Float[Tensor, " n"]:
    values: Tensor = 2 * (centred @ shift) + torch.linalg.vecdot(centred, centred) - carried
    return values - values.mean()


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
