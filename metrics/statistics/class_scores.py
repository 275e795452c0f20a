"""Scores of predicted classes that are functions of two averages: how sure, and of which classes.

Each image gives a row: the sum of p log p over its classes, then its probabilities. The mean of such rows is
all that the Mode Score and the AM Score need, and a jackknife is then a matter of subtracting sums.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.resampling import groups_of

GROUPS = 20
_SMALLEST = 1e-300


def summary_rows(probabilities: Float[Tensor, "n k"]) -> Float[Tensor, "n k1"]:
    """For each image the sum of p log p (minus its entropy in nats), then its k probabilities; float64."""
    rows = probabilities.double()
    return torch.cat([torch.xlogy(rows, rows).sum(dim=1, keepdim=True), rows], dim=1)


def leave_out_means(rows: Float[Tensor, "n p"], *, seed: int) -> Float[Tensor, "g p"]:
    """Mean of the rows without each of at most 20 random groups.

    Args:
        rows: values whose mean is wanted (n, p).
        seed: fixes the groups.

    Raises:
        TooFewSamplesError: fewer than two rows.
    """
    total = rows.sum(dim=0)
    groups = groups_of(len(rows), GROUPS, seed)
    return torch.stack([(total - rows[group].sum(dim=0)) / (len(rows) - len(group)) for group in groups])


def divergence(one: Float[Tensor, "*b k"], other: Float[Tensor, "*b k"]) -> Float[Tensor, "*b"]:
    """Kullback-Leibler divergence KL(one || other) in nats.

    What `other` lacks counts as 1e-300 there, which makes the divergence hundreds of nats but not infinite.

    Args:
        one: probabilities (…, k), which sum to 1 over the last axis.
        other: probabilities of the same shape, or of one that broadcasts.
    """
    return (torch.xlogy(one, one) - torch.xlogy(one, other.clamp(min=_SMALLEST))).sum(dim=-1)


def jensen_shannon(one: Float[Tensor, "*b k"], other: Float[Tensor, "*b k"]) -> Float[Tensor, "*b"]:
    """Jensen-Shannon divergence in nats, from 0 to log 2.

    Args:
        one: probabilities (…, k), which sum to 1 over the last axis.
        other: probabilities of the same shape.
    """
    middle = (one + other) / 2
    return (divergence(one, middle) + divergence(other, middle)) / 2


def information(mean: Float[Tensor, "*b k1"]) -> Float[Tensor, "*b"]:
    """Mean KL(p(y|x) || p(y)) from a mean of summary rows; its exponential is the Inception Score."""
    marginal = mean[..., 1:]
    return mean[..., 0] - torch.xlogy(marginal, marginal).sum(dim=-1)


def forward_mode_score(mean: Float[Tensor, "*b k1"], training: Float[Tensor, "*b k"]) -> Float[Tensor, "*b"]:
    """exp(E KL(p(y|x) || p(y)) - KL(p*(y) || p(y))), where p* is the training images' marginal.

    Args:
        mean: mean of the generated images' summary rows.
        training: marginal of the training images.

    Source: Che et al. 2017, section 4.2; checked against numpy.
    """
    return (information(mean) - divergence(training, mean[..., 1:])).exp()


def reversed_mode_score(mean: Float[Tensor, "*b k1"], training: Float[Tensor, "*b k"]) -> Float[Tensor, "*b"]:
    """exp(E KL(p(y|x) || p(y)) - KL(p(y) || p*(y))): the other direction, as Xu et al.'s code has it.

    Args:
        mean: means of summary rows (…, 1 + k), of the generated images.
        training: p*(y), shares of the classes among the training images (k,).

    Source: Xu et al. 2018, code; checked against numpy.
    """
    return (information(mean) - divergence(mean[..., 1:], training)).exp()


def am_score(mean: Float[Tensor, "*b k1"], training: Float[Tensor, "*b k"]) -> Float[Tensor, "*b"]:
    """KL(p*(y) || p(y)) + E H(y|x) in nats.

    Args:
        mean: means of summary rows (…, 1 + k), of the generated images.
        training: p*(y), shares of the classes among the training images (k,).

    Source: Zhou et al. 2018, section 5; checked against numpy.
    """
    return divergence(training, mean[..., 1:]) - mean[..., 0]


def pairwise_divergence(probabilities: Float[Tensor, "n k"], *, floor: float) -> Tensor:
    """Mean of KL(p_i || p_j) over all ordered pairs of rows, a row with itself included (as 0).

    Args:
        probabilities: rows (n, k).
        floor: probabilities below it count as this much, since the logarithm of 0 would make all infinite.

    Raises:
        TooFewSamplesError: no row.

    Source: Gurumurthy et al. 2017, section 4; checked against numpy over all pairs.
    """
    if len(probabilities) == 0:
        raise TooFewSamplesError("No image makes no pair; give at least 1.")
    logs = probabilities.double().clamp(min=floor).log()
    rows = probabilities.double()
    return (rows * logs).sum(dim=1).mean() - (rows.mean(dim=0) * logs.mean(dim=0)).sum()
