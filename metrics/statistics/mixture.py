"""A mixture of round Gaussians, one at each generated image, fitted to the training images."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.statistics.exponents import NEGLIGIBLE, floored

BATCH_ROWS = 10_000
BLOCK_ROWS = 64
BETAS, EPSILON = (0.9, 0.999), 1e-8
LOG_VARIANCE_LIMIT = 40.0  # a Gaussian at a copy of a training image would else shrink without end
NEAREST_OFFSET = 1e-3
SETTLED, SETTLED_EPOCHS, LEAST_EPOCHS = 5e-4, 5, 7


def fit_log_variances(
    squared: Float[Tensor, "n c"],
    background: Float[Tensor, " n"],
    dimensions: int,
    *,
    epochs: int,
    rate: float,
) -> Float[Tensor, " c"]:
    """Logarithms of the Gaussians' variances that make the rows likely, by Adam.

    Each of the c Gaussians weighs 1 / c and starts at the variance that suits the row nearest to it. A
    background Gaussian of weight 1, whose variance is fitted along and then dropped, keeps rows that are far
    from all centres from deciding the fit. A small variance at an image that a training image lies on makes
    that one very likely: this is how copies are found.

    Args:
        squared: squared distances of the training images (n) from the centres (c), float32.
        background: squared distances of the training images from the background's centre (n,), float32.
        dimensions: number of dimensions d.
        epochs: most passes over the rows, in batches of 10,000 at most; the fit ends before when the loss
            has moved by less than 0.0005 over the last five of them.
        rate: Adam's rate.

    Source: Jiralerspong et al. 2023, section 3 and their code (fld/MoG.py); checked against autograd and
    torch.optim.Adam.
    """
    columns = torch.cat([squared, background[:, None]], dim=1)
    weights = torch.zeros(columns.shape[1])
    weights[-1] = math.log(squared.shape[1])
    logs = torch.log((columns.amin(dim=0) + NEAREST_OFFSET) / dimensions)
    logs[-1] = 0.0
    first, second, step = torch.zeros_like(logs), torch.zeros_like(logs), 0
    batches = [_blocks_of(batch, weights) for batch in columns.split(BATCH_ROWS)]
    losses: list[float] = []
    while len(losses) < epochs and not _settled(losses):
        found = []
        for batch in batches:
            step += 1
            loss, gradient = _loss_and_gradient(batch, logs, dimensions)
            first = BETAS[0] * first + (1 - BETAS[0]) * gradient
            second = BETAS[1] * second + (1 - BETAS[1]) * gradient.square()
            scaled = (second / (1 - BETAS[1] ** step)).sqrt() + EPSILON
            logs = logs - rate * first / (1 - BETAS[0] ** step) / scaled
            logs[:-1] = logs[:-1].clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT)
            found.append(loss)
        losses.append(sum(found) / len(found))
    return logs[:-1]


def _settled(losses: list[float]) -> bool:
    if len(losses) < LEAST_EPOCHS:
        return False
    return all(abs(losses[-1] - loss) < SETTLED for loss in losses[-SETTLED_EPOCHS:])


def log_likelihoods(
    squared: Float[Tensor, "n c"], log_variances: Float[Tensor, " c"], dimensions: int
) -> Float[Tensor, " n"]:
    """Log-density of each row under the mixture, without a background, float64, in nats.

    Args:
        squared: squared distances of the rows (n) from the centres (c).
        log_variances: logarithms of the Gaussians' variances (c,).
        dimensions: number of dimensions d.

    Source: checked against torch.distributions.
    """
    constant = math.log(squared.shape[1]) + dimensions / 2 * math.log(2 * math.pi)
    found = torch.empty(len(squared), dtype=torch.float64)
    for block in _blocks_of(squared, torch.zeros(squared.shape[1])):
        excess, largest, _ = block.contending(log_variances.double(), dimensions)
        found[block.rows] = excess.exp_().sum(dim=1).log_() + largest
    return found - constant


class _Block:
    """Rows about as far from their nearest centres as each other.

    In many dimensions a row is far likelier under a few Gaussians than under all the others. Which those can
    be is seen from each centre's distance to the nearest of the rows: the more alike these, the fewer.

    Args:
        squared: squared distances of all rows (n) from the centres (c).
        weights: logarithms of the Gaussians' weights (c,), up to a constant.
        rows: numbers of the block's rows (b,).
    """

    def __init__(
        self, squared: Float[Tensor, "n c"], weights: Float[Tensor, " c"], rows: Int[Tensor, " b"]
    ) -> None:
        self.rows = rows
        self._squared = squared
        self._weights = weights
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
        bounds = _exponents(self._smallest, logs, dimensions) + self._weights
        self._likely = (bounds > least + NEGLIGIBLE).nonzero()[:, 0]
        exponents = self._exponents(logs, dimensions)
        largest = exponents.amax(dim=1)
        return floored(exponents.sub_(largest[:, None])), largest, self._likely

    def distances(self) -> Float[Tensor, "b k"]:
        """Squared distances from the centres that counted last."""
        return self._squared[self.rows[:, None], self._likely]

    def _exponents(self, logs: Float[Tensor, " c"], dimensions: int) -> Float[Tensor, "b k"]:
        exponents = _exponents(self.distances(), logs[self._likely], dimensions)
        return exponents.add_(self._weights[self._likely])


def _blocks_of(squared: Float[Tensor, "n c"], weights: Float[Tensor, " c"]) -> list[_Block]:
    order = squared.amin(dim=1).argsort(stable=True)
    return [_Block(squared, weights, rows) for rows in order.split(BLOCK_ROWS)]


def _exponents(
    squared: Float[Tensor, "*b c"], logs: Float[Tensor, " c"], dimensions: int
) -> Float[Tensor, "*b c"]:
    return torch.addcmul(-dimensions / 2 * logs, squared.to(logs.dtype), -0.5 * torch.exp(-logs))


def _loss_and_gradient(
    batch: list[_Block], logs: Float[Tensor, " c"], dimensions: int
) -> tuple[float, Float[Tensor, " c"]]:
    """Mean negative log-likelihood per dimension, up to a constant, and its gradient by log-variance."""
    owed, distances, likelihood = torch.zeros_like(logs), torch.zeros_like(logs), 0.0
    for block in batch:
        excess, largest, columns = block.contending(logs, dimensions)
        shares = excess.exp_()
        sums = shares.sum(dim=1, keepdim=True)
        likelihood += float((sums[:, 0].log() + largest).double().sum())
        shares.div_(sums)
        owed[columns] += shares.sum(dim=0)
        distances[columns] += shares.mul_(block.distances()).sum(dim=0)
    count = sum(len(block.rows) for block in batch) * dimensions
    return -likelihood / count, (owed * dimensions - distances * torch.exp(-logs)) / (2 * count)
