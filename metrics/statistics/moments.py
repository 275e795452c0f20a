"""Mean and covariance of features in one pass, in float64, mergeable across shards."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.types import Features, Moments, Provenance


class MomentsAccumulator:
    """Collects batches of features into moments, in O(d²) memory.

    Rows are kept while there are at most `dimensions` of them, since they are then smaller than the
    covariance and more exact. What is summed beyond that is shifted by the mean of the rows kept, so
    that a mean much larger than the spread costs no digits.

    Args:
        dimensions: length d of the feature vectors.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._kept: list[Tensor] = []
        self._count = 0
        self._shift: Tensor | None = None
        self._sum = torch.zeros(dimensions, dtype=torch.float64)
        self._products: Tensor | None = None

    def update(self, batch: Float[Tensor, "b d"]) -> None:
        """Add a batch of feature vectors (b, d) of any floating dtype."""
        batch = batch.detach().to("cpu", torch.float64)
        self._count += len(batch)
        if self._products is None:
            self._kept.append(batch.clone())
            if self._count > self._dimensions:
                self._fold(torch.cat(self._kept).mean(dim=0))
        else:
            self._add(batch)

    def merge(self, other: MomentsAccumulator) -> None:
        """Add all that another accumulator has seen, as if its batches had come here."""
        if other._shift is None or other._products is None:
            for batch in other._kept:
                self.update(batch)
            return
        if self._products is None:
            self._fold(other._shift)
        assert self._shift is not None
        assert self._products is not None
        # Moments about one shift become moments about another by the parallel-axis rule.
        move = other._shift - self._shift
        cross = torch.outer(other._sum, move)
        self._products += other._products + cross + cross.T + other._count * torch.outer(move, move)
        self._sum += other._sum + other._count * move
        self._count += other._count

    def result(self, provenance: Provenance) -> Moments:
        """Moments of everything seen.

        Raises:
            TooFewSamplesError: fewer than two rows, which have no covariance.
        """
        if self._count < 2:
            raise TooFewSamplesError(f"{self._count} images have no covariance; give at least 2.")
        provenance = replace(provenance, count=self._count)
        if self._shift is None or self._products is None:
            rows = torch.cat(self._kept)
            mean = rows.mean(dim=0)
            return Moments(mean, self._count, provenance, rows=rows - mean)
        offset = self._sum / self._count
        scatter = self._products - self._count * torch.outer(offset, offset)
        return Moments(self._shift + offset, self._count, provenance, scatter=scatter)

    def _fold(self, shift: Float[Tensor, " d"]) -> None:
        """Turn the kept rows into sums about a shift near their mean."""
        self._shift = shift.clone()
        self._products = torch.zeros(self._dimensions, self._dimensions, dtype=torch.float64)
        for batch in self._kept:
            self._add(batch)
        self._kept = []

    def _add(self, batch: Float[Tensor, "b d"]) -> None:
        assert self._shift is not None
        assert self._products is not None
        shifted = batch - self._shift
        self._sum += shifted.sum(dim=0)
        self._products.addmm_(shifted.T, shifted)


def moments_of(features: Features, *, block: int = 4096) -> Moments:
    """Moments of features that are in memory.

    Args:
        features: vectors (n, d).
        block: rows converted to float64 at a time.

    Raises:
        TooFewSamplesError: fewer than two rows.
    """
    accumulator = MomentsAccumulator(features.dimensions)
    for start in range(0, features.count, block):
        accumulator.update(features.values[start : start + block])
    return accumulator.result(features.provenance)
