"""A mixture of round Gaussians, one at each generated image, fitted to the training images."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.statistics.exponents import NEGLIGIBLE, floored

BATCH_ROWS = 10_000
BLOCK_ROWS = 64
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
    batches = [_blocks_of(batch) for batch in squared.split(BATCH_ROWS)]
    for _ in range(epochs):
        for batch in batches:
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
    """Log-density of each row under the mixture, float64, in nats.

    Args:
        squared: squared distances of the rows (n) from the centres (c).
        log_variances: logarithms of the Gaussians' variances (c,).
        dimensions: number of dimensions d.

    Source: checked against torch.distributions.
    """
    constant = math.log(squared.shape[1]) + dimensions / 2 * math.log(2 * math.pi)
    found = torch.empty(len(squared), dtype=torch.float64)
    for block in _blocks_of(squared):
        excess, largest, _ = block.contending(log_variances.double(), dimensions)
        found[block.rows] = excess.exp_().sum(dim=1).log_() + largest
    return found - constant


class _Block:
    """Rows about as far from their nearest centres as each other.

    In many dimensions a row is far likelier under a few Gaussians than under all the others. Which those can
    be is seen from each centre's distance to the nearest of the rows: the more alike these, the fewer.

    Args:
        squared: squared distances of all rows (n) from the centres (c).
        rows: numbers of the block's rows (b,).
    """

    def __init__(self, squared: Float[Tensor, "n c"], rows: Int[Tensor, " b"]) -> None:
        self.rows = rows
        self._squared = squared
        own = squared[rows]
        self._smallest = own.amin(dim=0)
        self._likely = own.argmin(dim=1).unique()

    def contending(
        self, logs: Float[Tensor, " c"], dimensions: int
    ) -> tuple[Float[Tensor, "b k"], Float[Tensor, " b"], Int[Tensor, " k"]]:
        """Log-densities under the Gaussians that count for any row, less each row's largest.

        Also those largest, and which Gaussians they are. All is in the dtype of the log-variances.
        """
        least = self._exponents(logs, dimensions).amax(dim=1).amin()  # no row's largest is below
        bounds = _exponents(self._smallest, logs, dimensions)
        self._likely = (bounds > least + NEGLIGIBLE).nonzero()[:, 0]
        exponents = self._exponents(logs, dimensions)
        largest = exponents.amax(dim=1)
        return floored(exponents.sub_(largest[:, None])), largest, self._likely

    def distances(self) -> Float[Tensor, "b k"]:
        """Squared distances from the centres that counted last."""
        return self._squared[self.rows[:, None], self._likely]

    def _exponents(self, logs: Float[Tensor, " c"], dimensions: int) -> Float[Tensor, "b k"]:
        return _exponents(self.distances(), logs[self._likely], dimensions)


def _blocks_of(squared: Float[Tensor, "n c"]) -> list[_Block]:
    return [_Block(squared, rows) for rows in squared.amin(dim=1).argsort(stable=True).split(BLOCK_ROWS)]


def _exponents(
    squared: Float[Tensor, "*b c"], logs: Float[Tensor, " c"], dimensions: int
) -> Float[Tensor, "*b c"]:
    return torch.addcmul(-dimensions / 2 * logs, squared.to(logs.dtype), -0.5 * torch.exp(-logs))


def _gradient(batch: list[_Block], logs: Float[Tensor, " c"], dimensions: int) -> Float[Tensor, " c"]:
    """Derivative of the mean negative log-likelihood per dimension by each log-variance."""
    owed, distances = torch.zeros_like(logs), torch.zeros_like(logs)
    for block in batch:
        excess, _, columns = block.contending(logs, dimensions)
        shares = excess.softmax(dim=1)
        owed[columns] += shares.sum(dim=0)
        distances[columns] += shares.mul_(block.distances()).sum(dim=0)
    count = sum(len(block.rows) for block in batch)
    return (owed * dimensions - distances * torch.exp(-logs)) / (2 * count * dimensions)
