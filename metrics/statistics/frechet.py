"""Fréchet distance between Gaussians, without ever taking a matrix square root.

tr (S1 S2)^(1/2) does not depend on how S1 and S2 are factored: with S1 = F1ᵀ F1 and S2 = F2ᵀ F2 it is the
nuclear norm of F1 F2ᵀ, and also the sum of the square roots of the eigenvalues of the symmetric F1 S2 F1ᵀ.
The first form is exact for rank-deficient covariances (few samples: the factors are the centred rows); the
second is the fastest for covariances of full rank.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.types import Moments


def frechet_distance(one: Moments, other: Moments, *, ddof: int = 1) -> float:
    """Squared 2-Wasserstein distance between the Gaussians with these moments.

    |m1 - m2|² + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2). Zero for equal moments up to rounding, which can make
    it slightly negative; scales with the square of the features.

    Args:
        one: moments in d dimensions.
        other: moments in the same d dimensions.
        ddof: 1 for unbiased covariances (the usual), 0 for those divided by n (as StyleGAN's code does).

    Returns:
        The distance, unclamped.

    Source: Dowson and Landau 1982; Heusel et al. 2017, section 3; checked against scipy.linalg.sqrtm.
    """
    scale_one = (one.count - 1) / (one.count - ddof)
    scale_other = (other.count - 1) / (other.count - ddof)
    means = float((one.mean - other.mean).square().sum())
    spreads = scale_one * one.trace + scale_other * other.trace
    return means + spreads - 2 * math.sqrt(scale_one * scale_other) * _overlap(one, other)


def _overlap(one: Moments, other: Moments) -> float:
    """The term tr (S1 S2)^(1/2) by the route that suits the ranks."""
    if one.rows is not None or other.rows is not None:
        return _nuclear_norm(factor_of(one), factor_of(other))
    for first, second in ((one, other), (other, one)):
        factor = _cholesky(first.covariance)
        if factor is not None:
            product = factor @ second.covariance @ factor.T
            return float(torch.linalg.eigvalsh(product).clamp(min=0).sqrt().sum())
    return _nuclear_norm(_truncated(one.covariance), _truncated(other.covariance))


def _nuclear_norm(one: Float[Tensor, "r1 d"], other: Float[Tensor, "r2 d"]) -> float:
    return float(torch.linalg.svdvals(one @ other.T).sum())


def factor_of(moments: Moments) -> Float[Tensor, "r d"]:
    """Some F with Fᵀ F the unbiased covariance; as thin as the rank, where that is small."""
    if moments.rows is not None:
        return moments.rows / math.sqrt(moments.count - 1)
    factor = _cholesky(moments.covariance)
    return factor if factor is not None else _truncated(moments.covariance)


def _cholesky(covariance: Float[Tensor, "d d"]) -> Float[Tensor, "d d"] | None:
    """The upper Cholesky factor, or None where the matrix is not clearly positive definite."""
    factor, failed = torch.linalg.cholesky_ex(covariance, upper=True)
    if int(failed) != 0:
        return None
    pivots = factor.diagonal()
    # A pivot of rounding size means a singular matrix that passed by luck; roots of it lose half the digits.
    negligible = len(pivots) * torch.finfo(pivots.dtype).eps * float(pivots.max()) ** 2
    return None if float(pivots.min()) ** 2 <= negligible else factor


def _truncated(covariance: Float[Tensor, "d d"]) -> Float[Tensor, "r d"]:
    """A thin factor that leaves out the eigenvalues that are only rounding."""
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > len(values) * torch.finfo(values.dtype).eps * values.max()
    factor: Tensor = values[kept].sqrt()[:, None] * vectors[:, kept].T
    return factor
