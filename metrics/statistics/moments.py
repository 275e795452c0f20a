"""Mean and covariance of features in one pass, in float64, mergeable across shards."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features, Moments, Provenance

MOST_WITNESSES = 2048
"""Rows that moments keep, enough to know a standard error to 2 percent."""


class _ShiftedSums:
    """Sums of rows, and of their outer products, about a shift near their mean."""

    def __init__(self, shift: Float[Tensor, " d"]) -> None:
        self.shift = shift.clone()
        self.count = 0
        self.total = torch.zeros_like(shift)
        self.products = torch.zeros(len(shift), len(shift), dtype=shift.dtype)

    def add(self, batch: Float[Tensor, "b d"]) -> None:
        shifted = batch - self.shift
        self.count += len(batch)
        self.total += shifted.sum(dim=0)
        self.products.addmm_(shifted.T, shifted)

    def merge(self, other: _ShiftedSums) -> None:
        # Products about one shift become products about another by the parallel-axis rule.
        move = other.shift - self.shift
        cross = torch.outer(other.total, move)
        self.products += other.products + cross + cross.T + other.count * torch.outer(move, move)
        self.total += other.total + other.count * move
        self.count += other.count

    def moments(self, provenance: Provenance, witnesses: Tensor) -> Moments:
        offset = self.total / self.count
        scatter = self.products - self.count * torch.outer(offset, offset)
        return Moments(self.shift + offset, self.count, provenance, scatter=scatter, witnesses=witnesses)


class _Witnesses:
    """Every 2^k-th row, with k just so large that there are not too many."""

    def __init__(self, dimensions: int) -> None:
        self.rows = torch.zeros(0, dimensions)
        self._stride = 1
        self._seen = 0

    def add(self, batch: Float[Tensor, "b d"]) -> None:
        self._append(batch[-self._seen % self._stride :: self._stride], len(batch))

    def merge(self, other: _Witnesses) -> None:
        stride = max(self._stride, other._stride)
        self._thin(stride)
        self._append(other.rows[:: stride // other._stride], other._seen)

    def _append(self, rows: Float[Tensor, "w d"], seen: int) -> None:
        self.rows = torch.cat([self.rows.to(rows.dtype), rows])
        self._seen += seen
        while len(self.rows) > MOST_WITNESSES:
            self._thin(2 * self._stride)

    def _thin(self, stride: int) -> None:
        self.rows = self.rows[:: stride // self._stride].clone()
        self._stride = stride


class MomentsAccumulator:
    """Collects batches of features into moments, in O(d²) memory.

    Rows are kept while there are at most `dimensions` of them, since they are then smaller than the
    covariance and more exact. Sums beyond that are taken about the mean of the rows kept, so that a mean
    much larger than the spread costs no digits.

    Args:
        dimensions: length d of the feature vectors.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._rows = torch.zeros(0, dimensions, dtype=torch.float64)
        self._sums: _ShiftedSums | None = None
        self._witnesses = _Witnesses(dimensions)

    def update(self, batch: Float[Tensor, "b d"]) -> None:
        """Add a batch of feature vectors (b, d) of any floating dtype."""
        batch = batch.detach().cpu()
        self._witnesses.add(batch)
        batch = batch.double()
        if self._sums is not None:
            self._sums.add(batch)
            return
        self._rows = torch.cat([self._rows, batch])
        if len(self._rows) > self._dimensions:
            self._sums = self._summed(self._rows.mean(dim=0))

    def merge(self, other: MomentsAccumulator) -> None:
        """Add all that another accumulator has seen, as if its batches had come here."""
        if other._sums is None:
            self.update(other._rows)
            return
        self._witnesses.merge(other._witnesses)
        if self._sums is None:
            self._sums = self._summed(other._sums.shift)
        self._sums.merge(other._sums)

    def result(self, provenance: Provenance) -> Moments:
        """Moments of everything seen.

        Raises:
            TooFewSamplesError: fewer than two rows, which have no covariance.
        """
        count = len(self._rows) if self._sums is None else self._sums.count
        if count < 2:
            raise TooFewSamplesError(f"A covariance takes at least 2 images; given: {count}.")
        provenance = replace(provenance, count=count)
        if self._sums is not None:
            return self._sums.moments(provenance, self._witnesses.rows)
        mean = self._rows.mean(dim=0)
        return Moments(mean, count, provenance, rows=self._rows - mean, witnesses=self._rows.clone())

    def _summed(self, shift: Float[Tensor, " d"]) -> _ShiftedSums:
        """The kept rows as sums; the rows themselves are let go."""
        sums = _ShiftedSums(shift)
        sums.add(self._rows)
        self._rows = self._rows[:0].clone()
        return sums


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
