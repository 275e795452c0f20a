"""Fréchet distance between Gaussians, without ever taking a matrix square root.

tr (S1 S2)^(1/2) does not depend on how S1 and S2 are factored: with S1 = F1ᵀ F1 and S2 = F2ᵀ F2 it is the
nuclear norm of F1 F2ᵀ, and also the sum of the square roots of the eigenvalues of the symmetric F1 S2 F1ᵀ.
The first form is exact for rank-deficient covariances (few samples: the factors are the centred rows); the
second is the fastest for covariances of full rank.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Moments
from metrics.statistics.sharing import remembered


@dataclass(frozen=True, eq=False)
class Factor:
    """Some F with Fᵀ F a covariance.

    Attributes:
        rows: F (r, d), as thin as the rank where that is small.
        triangular: whether it is upper triangular; else its rows are orthogonal, or the vectors themselves.
    """

    rows: Float[Tensor, "r d"]
    triangular: bool = False

    def coordinates(self, vectors: Float[Tensor, "n d"]) -> Float[Tensor, "n r"]:
        """The a with Fᵀ a = x of each vector x; not where the rows are the vectors themselves."""
        if self.triangular:
            found: Tensor = torch.linalg.solve_triangular(self.rows.T, vectors.T, upper=False).T
            return found
        return vectors @ (self.rows / self.rows.square().sum(dim=1, keepdim=True)).T


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
    """The term tr (S1 S2)^(1/2), found once for all metrics that look at these moments."""
    return remembered(one, other, "overlap", lambda: _new_overlap(one, other))


def _new_overlap(one: Moments, other: Moments) -> float:
    """By the route that suits the ranks."""
    if one.rows is not None or other.rows is not None:
        return _nuclear_norm(factor_of(one).rows, factor_of(other).rows)
    for first, second in ((one, other), (other, one)):
        factor = _cholesky(first.covariance)
        if factor is not None:
            product = factor.rows @ second.covariance @ factor.rows.T
            return float(torch.linalg.eigvalsh(product).clamp(min=0).sqrt().sum())
    return _nuclear_norm(_truncated(one.covariance).rows, _truncated(other.covariance).rows)


def _nuclear_norm(one: Float[Tensor, "r1 d"], other: Float[Tensor, "r2 d"]) -> float:
    return float(torch.linalg.svdvals(one @ other.T).sum())


def factor_of(moments: Moments) -> Factor:
    """A factor of the unbiased covariance: the centred rows where they are few, else Cholesky's."""
    if moments.rows is not None:
        return Factor(moments.rows / math.sqrt(moments.count - 1))
    return _cholesky(moments.covariance) or _truncated(moments.covariance)


def _cholesky(covariance: Float[Tensor, "d d"]) -> Factor | None:
    """The upper Cholesky factor, or None where the matrix is not clearly positive definite."""
    factor, failed = torch.linalg.cholesky_ex(covariance, upper=True)
    if int(failed) != 0:
        return None
    pivots = factor.diagonal()
    # A pivot of rounding size means a singular matrix that passed by luck; roots of it lose half the digits.
    negligible = len(pivots) * torch.finfo(pivots.dtype).eps * float(pivots.max()) ** 2
    return None if float(pivots.min()) ** 2 <= negligible else Factor(factor, triangular=True)


def _truncated(covariance: Float[Tensor, "d d"]) -> Factor:
    """A thin factor that leaves out the eigenvalues that are only rounding."""
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > len(values) * torch.finfo(values.dtype).eps * values.max()
    return Factor(values[kept].sqrt()[:, None] * vectors[:, kept].T)
