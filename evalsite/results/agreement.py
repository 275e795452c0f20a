"""How far a metric orders and spaces the conditions as people do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalsite.results.disattenuation import Freed, covariance_among, free_of_error
from evalsite.tasks.analysis.two_way import Joint

FEW = 6
"""Below so many conditions a correlation is shown with a warning."""
FEWEST = 3
"""Below so many conditions it is not shown: through two points there is always a line."""
ENOUGH = 10
"""From so many conditions on an interval is given; below, an exact p."""
Z_95 = 1.959963984540054
ORDERS_AT_ONCE = 20_000

Floats = NDArray[np.float64]
Coefficient = Callable[[Floats, Floats], Floats]
Variance = Callable[[float, int], float]
"""Of Fisher's z of a coefficient, from its value and the number of conditions."""


@dataclass(frozen=True)
class Pair:
    """One condition as both sides see it.

    Args:
        condition: Name of the condition.
        metric: Value of the metric quantity.
        human: Value of the human quantity.
        human_low, human_high: Its 95 % interval for the generator; None without an interval.
        metric_error: Standard error of the metric's value; None where it is not known.
        shares_reference: Whether the metric was measured against real images that others share.
    """

    condition: str
    metric: float
    human: float
    human_low: float | None = None
    human_high: float | None = None
    metric_error: float | None = None
    shares_reference: bool = False


@dataclass(frozen=True)
class Correlation:
    """A coefficient in [-1, 1], over the conditions as they were measured; None where undefined.

    Args:
        value: The coefficient.
        low, high: Its 95 % interval over new conditions; None below `ENOUGH` conditions.
        p: Below that, the exact two-sided p of no association; None from there on.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Agreement:
    """The three correlations of one metric quantity with one human quantity.

    Args:
        n: Conditions that have both values.
        spearman, pearson, kendall: Observed: Spearman's rho, Pearson's r, Kendall's tau-b.
        freed: Pearson's r freed of the errors of both sides; without a value below `ENOUGH` conditions.
        note: Why a number is missing or to be taken with care; empty if neither.
    """

    n: int
    spearman: Correlation
    pearson: Correlation
    kendall: Correlation
    note: str = ""
    freed: Freed = field(default_factory=Freed)


def agree(pairs: Sequence[Pair], joint: Joint | None = None) -> Agreement:
    """Correlations over conditions, observed and freed of error.

    The observed ones are of values as they were measured: people's and the metric's carry their errors.

    Args:
        pairs: The conditions that have both values.
        joint: How people's values vary together; None where that is not known.

    Returns:
        The correlations; None where fewer than 3 conditions or a constant side leave them undefined.

    Source: Spearman 1904; Kendall 1945 (tau-b); checked against scipy.stats. Intervals: Bonett and Wright
        2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations".
    """
    metric = np.array([pair.metric for pair in pairs], dtype=np.float64)
    human = np.array([pair.human for pair in pairs], dtype=np.float64)
    if reason := _undefined(metric, human):
        nothing = Correlation(None)
        return Agreement(len(pairs), nothing, nothing, nothing, reason)
    found = {name: _correlate(*kind, metric, human) for name, kind in COEFFICIENTS.items()}
    note = (
        f"only {len(pairs)} conditions: a correlation over fewer than {FEW} says little"
        if len(pairs) < FEW
        else ""
    )
    return Agreement(
        len(pairs), **found, note=note, freed=_freed(pairs, joint, found["pearson"], metric, human)
    )


def _freed(
    pairs: Sequence[Pair], joint: Joint | None, observed: Correlation, metric: Floats, human: Floats
) -> Freed:
    if observed.value is None or observed.low is None or observed.high is None:
        return Freed()
    errors = [pair.metric_error for pair in pairs if pair.metric_error is not None]
    return free_of_error(
        (observed.value, observed.low, observed.high),
        human,
        metric,
        human_covariance=covariance_among(joint, [pair.condition for pair in pairs], human),
        metric_errors=np.array(errors) if len(errors) == len(pairs) else None,
        shared=any(pair.shares_reference for pair in pairs),
    )


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


def _correlate(kind: Coefficient, variance: Variance, metric: Floats, human: Floats) -> Correlation:
    value = float(kind(metric[None], human[None])[0])
    if metric.size < ENOUGH:
        return Correlation(value, p=_permutation_p(kind, metric, human, value))
    bounded = np.clip(value, -1 + 1e-12, 1 - 1e-12)
    half = Z_95 * math.sqrt(variance(value, metric.size))
    low, high = np.tanh(np.arctanh(bounded) + np.array([-half, half]))
    return Correlation(value, float(low), float(high))


def _permutation_p(kind: Coefficient, metric: Floats, human: Floats, value: float) -> float:
    """Share of all orders of the conditions that correlate at least as strongly either way."""
    extreme = total = 0
    orders = itertools.permutations(human.tolist())
    while rows := list(itertools.islice(orders, ORDERS_AT_ONCE)):
        shuffled = np.array(rows)
        found = kind(np.broadcast_to(metric, shuffled.shape), shuffled)
        extreme += int((np.abs(found) >= abs(value) - 1e-12).sum())
        total += len(rows)
    return extreme / total


COEFFICIENTS: Mapping[str, tuple[Coefficient, Variance]] = {
    "spearman": (spearman, lambda value, n: (1 + value**2 / 2) / (n - 3)),
    "kendall": (kendall, lambda _, n: 0.437 / (n - 4)),
    "pearson": (pearson, lambda _, n: 1 / (n - 3)),
}
