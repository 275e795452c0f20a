"""The one bootstrap: raters are resampled, never trials, since a rater's trials are not independent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
FEW_RATERS = 10
"""Below this many raters a percentile interval is noticeably too narrow."""
CELLS_PER_CHUNK = 4_000_000


@dataclass(frozen=True)
class Resampling:
    """How often, and from which seed; the same seed draws the same raters for every quantity."""

    seed: int = 0
    resamples: int = 2000


@dataclass(frozen=True)
class Summary:
    """A point estimate with its interval over raters.

    Args:
        value: The estimate; None where undefined.
        low, high: Bounds of the 95 % interval; None where undefined.
        n_raters: Raters it rests on.
        note: One sentence of warning, or empty.
    """

    value: float | None
    low: float | None
    high: float | None
    n_raters: int
    note: str = ""

    def noting(self, *sentences: str) -> Self:
        """The same with more sentences in its note, before what it says already; empty ones are left out."""
        return replace(self, note=" ".join(filter(None, [*sentences, self.note])))


def rater_weights(n_raters: int, resampling: Resampling) -> Iterator[Floats]:
    """How often each rater is drawn in each resample, in chunks of rows.

    Args:
        n_raters: Raters to draw from, with replacement, as many as there are.
        resampling: Seed and number of rows over all chunks.

    Yields:
        Arrays of shape (rows, n_raters); every row sums to ``n_raters``.
    """
    rng = np.random.default_rng(resampling.seed)
    rows = max(1, CELLS_PER_CHUNK // max(n_raters, 1))
    for start in range(0, resampling.resamples, rows):
        size = min(rows, resampling.resamples - start)
        drawn = rng.integers(n_raters, size=(size, n_raters)) + n_raters * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * n_raters)
        yield counts.reshape(size, n_raters).astype(np.float64)


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Percentile interval of bootstrap draws, shape (resamples,)."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_over_raters(values: Floats, resampling: Resampling) -> Summary:
    """Mean of the raters' values with its interval over raters.

    Args:
        values: One value a rater, shape (n_raters,); NaN where a rater has none.
        resampling: Seed and number of resamples.
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return Summary(None, None, None, 0, "No rater has the trials that this needs.")
    if known.size == 1:
        return Summary(float(known[0]), None, None, 1, few_raters(1))
    draws = [weights @ known / known.size for weights in rater_weights(known.size, resampling)]
    low, high = interval(np.concatenate(draws))
    return Summary(float(known.mean()), low, high, known.size, few_raters(known.size))


def few_raters(n_raters: int) -> str:
    """The warning that goes with an interval over few raters, or an empty string."""
    if n_raters == 1:
        return "One rater only: no interval."
    return f"Only {n_raters} raters: the interval is likely too narrow." if n_raters < FEW_RATERS else ""
