"""A mixture of round Gaussians, one at each generated image, fitted to the training images."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

BATCH_ROWS = 10_000
BLOCK_VALUES = 2**20
"""What is worked on at a time, few enough to stay in a core's cache over all the steps of the work."""
START_LOG_VARIANCE = 0.0
BETAS, EPSILON = (0.9, 0.999), 1e-8


def fit_log_variances(
    squared: Float[Tensor, "n c"], dimensions: int, *, epochs: int, rate: float
) -> Float[Tensor, " c"]:
    """Logarithms of the Gaussians' variances that make the rows likely, by Adam.

    All Gaussians weigh the same. A small variance at an image that a training image lies on makes that one
    very likely: this is how copies are found.

    Args:
        squared: squared distances of the training images (n) from the centres (c), float32.
        dimensions: number of dimensions d.
        epochs: passes over the rows, in batches of 10,000 at most.
        rate: Adam's rate.

    Source: Jiralerspong et al. 2023, section 3; checked against autograd and torch.optim.Adam.
    """
    logs = torch.full((squared.shape[1],), START_LOG_VARIANCE)
    first, second, step = torch.zeros_like(logs), torch.zeros_like(logs), 0
    for _ in range(epochs):
        for batch in squared.split(BATCH_ROWS):
            step += 1
            gradient = _gradient(batch, logs, dimensions)
            first = BETAS[0] * first + (1 - BETAS[0]) * gradient
            second = BETAS[1] * second + (1 - BETAS[1]) * gradient.square()
            scaled = (second / (1 - BETAS[1] ** step)).sqrt() + EPSILON
            logs = logs - rate * first / (1 - BETAS[0] ** step) / scaled
    return logs


def log_likelihoods(
    squared: Float[Tensor, "n c"], log_variances: Float[Tensor, " c"], dimensions: int
) -> Float[Tensor, " n"]:
    """Log-density of each row under the mixture, float64, in nats."""
    constant = math.log(squared.shape[1]) + dimensions / 2 * math.log(2 * math.pi)
    rows = max(1, BLOCK_VALUES // squared.shape[1])
    parts = [
        torch.logsumexp(_exponents(block.double(), log_variances.double(), dimensions), dim=1)
        for block in squared.split(rows)
    ]
    return torch.cat(parts) - constant


def _exponents(
    squared: Float[Tensor, "b c"], logs: Float[Tensor, " c"], dimensions: int
) -> Float[Tensor, "b c"]:
    return (squared * (-0.5 * torch.exp(-logs))).sub_(dimensions / 2 * logs)


def _gradient(batch: Float[Tensor, "n c"], logs: Float[Tensor, " c"], dimensions: int) -> Float[Tensor, " c"]:
    """Derivative of the mean negative log-likelihood per dimension by each log-variance."""
    owed, distances = torch.zeros_like(logs), torch.zeros_like(logs)
    for block in batch.split(max(1, BLOCK_VALUES // batch.shape[1])):
        shares = _exponents(block, logs, dimensions).softmax(dim=1)
        owed += shares.sum(dim=0)
        distances += shares.mul_(block).sum(dim=0)
    return (owed * dimensions - distances * torch.exp(-logs)) / (2 * len(batch) * dimensions)
