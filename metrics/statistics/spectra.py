"""How many different directions a set of vectors fills: entropies of the spectrum of their similarities."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError

BLOCK_ROWS = 4096


def cosine_vendi(values: Float[Tensor, "n d"], order: float) -> tuple[float, float]:
    """Exponential of the Rényi entropy of the eigenvalues of K / n, K being the cosine similarities.

    K / n has the same eigenvalues as the (d, d) matrix R = X̂ᵀ X̂ / n, X̂ the rows divided by their length,
    so neither is ever larger than the smaller side.

    Args:
        values: rows (n, d), none of them zero.
        order: q of the entropy, at least 0; 1 is Shannon's and infinity counts the largest eigenvalue only.

    Returns:
        The score in [1, n] and its standard error by the delta method: the entropy is a function of R,
        which is a mean over images, and its derivative at each image is that image's influence.

    Raises:
        InvalidSettingError: the order is negative.

    Source: Friedman and Dieng 2023, definition 1; Pasarkar and Dieng 2024; checked against vendi-score.
    """
    if order < 0:
        raise InvalidSettingError(f"The order of the Vendi score is {order}; give 0 or more.")
    unit = torch.nn.functional.normalize(values.double(), dim=1)
    shares, directions = _spectrum(unit)
    entropy = _entropy(shares, order)
    weights = _derivative(shares, order)
    # The influence of x is x̂ᵀ f(R) x̂, f being the entropy's derivative by an eigenvalue.
    influences = torch.cat([(block @ directions).square() @ weights for block in unit.split(BLOCK_ROWS)])
    score = math.exp(entropy)
    return score, score * float(influences.std()) / math.sqrt(len(values))


def _spectrum(unit: Float[Tensor, "n d"]) -> tuple[Float[Tensor, " r"], Float[Tensor, "d r"]]:
    """Eigenvalues of R that are more than rounding, and their eigenvectors."""
    count, dimensions = unit.shape
    if count < dimensions:
        shares, vectors = torch.linalg.eigh(unit @ unit.T / count)
    else:
        shares, vectors = torch.linalg.eigh(unit.T @ unit / count)
    kept = shares > len(shares) * torch.finfo(shares.dtype).eps
    shares, vectors = shares[kept], vectors[:, kept]
    if count < dimensions:
        vectors = unit.T @ vectors / (count * shares).sqrt()
    return shares, vectors


def _entropy(shares: Float[Tensor, " r"], order: float) -> float:
    if order == 1:
        return -float(torch.xlogy(shares, shares).sum())
    if math.isinf(order):
        return -math.log(float(shares.max()))
    return math.log(float(shares.pow(order).sum())) / (1 - order)


def _derivative(shares: Float[Tensor, " r"], order: float) -> Float[Tensor, " r"]:
    """Derivative of the entropy by each eigenvalue."""
    if order == 1:
        return -shares.log()
    if math.isinf(order):
        return -(shares == shares.max()).double() / shares.max()
    return order * shares.pow(order - 1) / ((1 - order) * shares.pow(order).sum())
