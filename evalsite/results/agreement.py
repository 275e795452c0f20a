"""How far a metric orders and spaces the conditions as people do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEW = 6
"""Below so many conditions a correlation is shown with a warning."""
FEWEST = 3
"""Below so many conditions it is not shown: through two points there is always a line."""
Z_95 = 1.959963984540054

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """One condition as both sides see it.

    Args:
        condition: Name of the condition.
        metric: Value of the metric quantity.
        human: Value of the human quantity.
        human_low, human_high: Its 95 % interval for the generator; None where there is none.
    """

    condition: str
    metric: float
    human: float
    human_low: float | None = None
    human_high: float | None = None


@dataclass(frozen=True)
class Correlation:
    """A coefficient in [-1, 1] and its 95 % interval; None where undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """The three correlations of one metric quantity with one human quantity.

    Args:
        n: Conditions that have both values.
        spearman, pearson, kendall: Spearman's rho, Pearson's r, Kendall's tau-b.
        note: Why a number is missing or to be taken with care; empty if neither.
    """

    n: int
    spearman: Correlation
    pearson: Correlation
    kendall: Correlation
    note: str = ""


def agree(pairs: Sequence[Pair], *, seed: int = 0, resamples: int = 2000) -> Agreement:
    """Correlations over conditions, with intervals by resampling conditions and human values.

    Each resample draws the conditions with replacement, and each human value from a normal distribution
    as wide as its interval, so that it shows both how few the models and how few the raters
    are. Resamples in which one side is constant have no correlation and are left out.

    Args:
        pairs: The conditions that have both values.
        seed: Seed of the resampling; same pairs and seed, same intervals.
        resamples: Number of resamples.

    Returns:
        The correlations; None where fewer than 3 conditions or a constant side leave them undefined.

    Source: Spearman 1904; Kendall 1945 (tau-b); checked against scipy.stats.
    """
    metric = np.array([pair.metric for pair in pairs], dtype=np.float64)
    human = np.array([pair.human for pair in pairs], dtype=np.float64)
    if reason := _undefined(metric, human):
        nothing = Correlation(None)
        return Agreement(len(pairs), nothing, nothing, nothing, reason)
    x, y = _resample(metric, human, _spread(pairs), seed=seed, resamples=resamples)
    rho, r, tau = (_with_interval(kind, metric, human, x, y) for kind in (spearman, pearson, kendall))
    note = (
        f"only {len(pairs)} conditions: a correlation over fewer than {FEW} says little"
        if len(pairs) < FEW
        else ""
    )
    return Agreement(len(pairs), rho, r, tau, note)


def pearson(x: Floats, y: Floats) -> Floats:
    """Pearson's r of each row of ``x`` with that of ``y``, both ``(b, n)``; NaN where a row is constant."""
    dx, dy = _centred(x), _centred(y)
    scale = np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))
    return _ratio((dx * dy).sum(axis=1), scale)


def spearman(x: Floats, y: Floats) -> Floats:
    """Spearman's rho of each row, ties at their mean rank; NaN where a row is constant."""
    return pearson(_ranks(x), _ranks(y))


def kendall(x: Floats, y: Floats) -> Floats:
    """Kendall's tau-b of each row; NaN where a row is constant."""
    first, second = np.triu_indices(x.shape[1], k=1)
    dx = np.sign(x[:, first] - x[:, second])
    dy = np.sign(y[:, first] - y[:, second])
    scale = np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))
    return _ratio((dx * dy).sum(axis=1), scale)


def _centred(x: Floats) -> Floats:
    """Each row less its mean; a constant one is zeros, though rounding puts its mean beside the value."""
    return np.where(np.ptp(x, axis=1, keepdims=True) > 0, x - x.mean(axis=1, keepdims=True), 0.0)


def _ranks(x: Floats) -> Floats:
    """Rank of each value in its row, ``(b, n)``; equal ones share their mean rank."""
    below = (x[:, :, None] > x[:, None, :]).sum(axis=2)
    alike = (x[:, :, None] == x[:, None, :]).sum(axis=2)
    return np.asarray(below + (alike + 1) / 2)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0).clip(-1.0, 1.0)


def _undefined(metric: Floats, human: Floats) -> str:
    if metric.size < FEWEST:
        have = "condition has" if metric.size == 1 else "conditions have"
        return f"{metric.size} {have} both values; a correlation needs at least {FEWEST}"
    if np.ptp(metric) == 0:
        return "the metric is the same for all conditions"
    if np.ptp(human) == 0:
        return "people's value is the same for all conditions"
    return ""


def _spread(pairs: Sequence[Pair]) -> Floats:
    """Standard error of each human value; 0 where no interval is known."""
    widths = [
        0.0 if pair.human_low is None or pair.human_high is None else pair.human_high - pair.human_low
        for pair in pairs
    ]
    return np.array(widths) / (2 * Z_95)


def _resample(
    metric: Floats, human: Floats, spread: Floats, *, seed: int, resamples: int
) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    chosen = rng.integers(metric.size, size=(resamples, metric.size))
    noise = rng.standard_normal((resamples, metric.size)) * spread
    # One draw of raters a condition and resample: a condition drawn twice brings the same raters twice.
    return metric[chosen], (human + noise)[np.arange(resamples)[:, None], chosen]


def _with_interval(
    kind: Callable[[Floats, Floats], Floats], metric: Floats, human: Floats, x: Floats, y: Floats
) -> Correlation:
    value = float(kind(metric[None], human[None])[0])
    drawn = kind(x, y)
    drawn = drawn[~np.isnan(drawn)]
    if drawn.size < len(x) / 2:
        return Correlation(value)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Correlation(value, float(low), float(high))
