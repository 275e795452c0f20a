"""The correlation of what is measured, freed of the errors of measuring it. Pure.

Errors of people's values and of metrics weaken an observed correlation. Divided by the root of both sides'
reliabilities it estimates the correlation of the true values.

Source: Spearman 1904, "The proof and measurement of association between two things". Reliability is the share
of the variance over conditions that is not error. An error that shifts all conditions by the same amount does
not count: it changes no correlation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalsite.tasks.analysis.two_way import Joint

Floats = npt.NDArray[np.float64]

UNRELIABLE = 0.5
"""Below this reliability the correction is larger than what it corrects."""


@dataclass(frozen=True)
class Freed:
    """Pearson's r freed of the errors of both sides.

    Args:
        value: The coefficient, which may lie beyond -1 and 1 by chance; None where it is not given.
        low, high: Its 95 % interval.
        human_reliability, metric_reliability: Share of the variance over conditions that is not error, at
            most 1; None where it is not known. The metric's is a lower bound where `shared`.
        shared: Whether the metric's errors share a reference set, so that what they have in common is not
            known: the value is not corrected for them, the interval covers both extremes.
        note: Why it is not given or to be taken with care; empty if neither.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    human_reliability: float | None = None
    metric_reliability: float | None = None
    shared: bool = False
    note: str = ""


def free_of_error(
    observed: tuple[float, float, float],
    human: Floats,
    metric: Floats,
    *,
    human_covariance: Floats | None,
    metric_errors: Floats | None,
    shared: bool,
) -> Freed:
    """The correlation freed of error.

    Args:
        observed: Pearson's r with the ends of its 95 % interval.
        human: People's values, shape (n,).
        metric: The metric's values, shape (n,).
        human_covariance: Covariance of people's values, shape (n, n); None where it is not known.
        metric_errors: Standard errors of the metric's values, shape (n,); None where they are not known.
        shared: Whether the metric's values share a reference set.
    """
    if human_covariance is None:
        return Freed(
            note="for some conditions the error of people's value is not known, or the value is cut off"
        )
    n = len(human)
    own = float(np.trace(human_covariance)) / n
    between = (float(human_covariance.sum()) - n * own) / (n * (n - 1))
    people = 1 - (own - between) / float(human.var(ddof=1))
    notes = []
    machine = 1.0
    if metric_errors is None:
        notes.append("the metric has no interval for some conditions, so its errors are not corrected for")
    else:
        machine = 1 - float((metric_errors**2).mean()) / float(metric.var(ddof=1))
    known = None if metric_errors is None else machine
    if people <= 0 or machine <= 0:
        side = "people's values" if people <= 0 else "the metric's values"
        said = f"{side} differ no more than their errors, so the correction is not possible"
        return Freed(human_reliability=people, metric_reliability=known, shared=shared, note=said)
    if min(people, machine) < UNRELIABLE:
        notes.append(f"a reliability is below {UNRELIABLE:g}, so the corrected value is very uncertain")
    scales = [1 / math.sqrt(people), 1 / math.sqrt(people * machine)]
    value, low, high = observed
    kept = scales if shared else scales[1:]
    return Freed(
        value=value * kept[0],
        low=min(low * scale for scale in kept),
        high=max(high * scale for scale in kept),
        human_reliability=people,
        metric_reliability=known,
        shared=shared and metric_errors is not None,
        note="; ".join(notes),
    )


def covariance_among(joint: Joint | None, names: Sequence[str], values: Floats) -> Floats | None:
    """Covariance of these conditions' values as people read them; None where one can't be told.

    A value that was cut off, as a threshold beyond its staircase, is not the one that varies.
    """
    if joint is None or not set(names) <= set(joint.names):
        return None
    variances = joint.variances
    if any(variances[name].degrees < 1 for name in names):
        return None
    places = [joint.names.index(name) for name in names]
    found = joint.covariance[np.ix_(places, places)]
    if not joint.logarithmic:
        return found
    if not np.allclose(np.exp(joint.values[places]), values):
        return None
    return np.asarray(found * np.outer(values, values))
