"""From variances to intervals: Student's t, and Clopper and Pearson's limits for shares near 0 or 1.

Source: for shares Korn, Graubard 1998, "Confidence intervals for proportions with small expected number of
positive counts".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from scipy.stats import beta, t

from evalsite.tasks.analysis.two_way import NOTHING, Joint, Variance

Interval = tuple[float, float]

LEVEL = 0.95
FEW_RATERS = 20
"""Below this many raters the variance over raters is itself known badly."""
ALIKE = "All raters came to the same value: no interval."
FEW_EVENTS = 30
"""Below so many effective answers of either kind a share's interval is Clopper and Pearson's."""


@dataclass(frozen=True)
class Summary:
    """A point estimate with two 95 % intervals.

    Args:
        value: The estimate; None where undefined.
        low, high: For the generator: over new raters and new images of it. None where undefined.
        low_these_images, high_these_images: For these images: over new raters alone.
        n_raters: Raters it rests on.
        n_images: Images it rests on, of the source with the fewest.
        note: Sentences of warning, or empty.
        joint: How it varies together with those of the other conditions; None where that is not known.
    """

    value: float | None
    low: float | None
    high: float | None
    n_raters: int
    note: str = ""
    n_images: int = 0
    low_these_images: float | None = None
    high_these_images: float | None = None
    joint: Joint | None = field(default=None, repr=False, compare=False)

    @property
    def for_generator(self) -> Interval | None:
        """The interval over new raters and new images."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def for_these_images(self) -> Interval | None:
        """The interval over new raters alone."""
        low, high = self.low_these_images, self.high_these_images
        return None if low is None or high is None else (low, high)

    def noting(self, *sentences: str) -> Self:
        """The same with more sentences in its note, before what it says already; empty ones are left out."""
        return replace(self, note=" ".join(filter(None, [*sentences, self.note])))


def nothing(n_raters: int, note: str) -> Summary:
    """An undefined estimate, and why."""
    return Summary(None, None, None, n_raters, note)


def summarise(value: float, variance: Variance) -> Summary:
    """A value with its intervals by Student's t; the one for the generator is never the narrower one."""
    few = few_raters(variance.n_raters)
    if variance.n_raters < 2:
        return Summary(value, None, None, variance.n_raters, few, variance.n_images)
    if not variance.seen:
        note = f"{few} {ALIKE}".lstrip()
        return Summary(value, None, None, variance.n_raters, note, variance.n_images)
    near = (
        _student(value, variance.raters, variance.n_raters - 1) if variance.raters > NOTHING else (None, None)
    )
    if variance.n_images < 2:
        return Summary(value, None, None, variance.n_raters, _one_image(few), variance.n_images, *near)
    far = _hull(_student(value, variance.total, variance.degrees), near)
    return Summary(value, *far, variance.n_raters, few, variance.n_images, *near)


def summarise_share(
    share: float, variance: Variance, n_trials: int, *, design_effect: float | None = None
) -> Summary:
    """The same for a share, whose intervals near 0 or 1 are Clopper and Pearson's on the effective answers.

    Args:
        share: From 0 to 1.
        variance: Its variance.
        n_trials: Answers that it rests on.
        design_effect: Variance of such shares over that of as many independent answers: for a share of 0 or
            1, which has no variance of its own. None counts each rater, or image if fewer, as one answer.
    """
    summary = summarise(share, variance)
    if variance.degrees < 1:
        return summary
    near, far = summary.for_these_images, summary.for_generator
    units = min(variance.n_raters, variance.n_images) if design_effect is None else n_trials / design_effect
    near = _share_interval(share, variance.raters, variance.n_raters - 1, n_trials, units) or near
    far = _share_interval(share, variance.total, variance.degrees, n_trials, units) or far
    assert near is not None, "a share whose raters vary by nothing has Clopper and Pearson's limits"
    assert far is not None
    far = _hull(far, near)
    return replace(
        summary,
        note=few_raters(variance.n_raters),
        low=max(far[0], 0.0),
        high=min(far[1], 1.0),
        low_these_images=max(near[0], 0.0),
        high_these_images=min(near[1], 1.0),
    )


def design_effect(share: float, variance: Variance, n_trials: int) -> float | None:
    """Variance of a share over that of as many independent answers; None where the share has none to see."""
    independent = share * (1 - share) / n_trials
    return variance.total / independent if independent > 0 and variance.n_raters > 1 else None


def longer_arm(summary: Summary, degrees: int) -> float:
    """The variance by which Student's t would reach as far as the interval's longer arm; 0 without one."""
    if summary.value is None or summary.low is None or summary.high is None:
        return 0.0
    arm = max(summary.high - summary.value, summary.value - summary.low)
    return (arm / float(t.ppf((1 + LEVEL) / 2, degrees))) ** 2


def few_raters(n_raters: int) -> str:
    """The warning that goes with an interval over few raters, or an empty string."""
    if n_raters == 1:
        return "One rater only: no interval."
    return f"Only {n_raters} raters: the interval is uncertain itself." if n_raters < FEW_RATERS else ""


def _one_image(few: str) -> str:
    return f"{few} One image only: no interval for the generator.".lstrip()


def _student(value: float, variance: float, degrees: int) -> Interval:
    half = float(t.ppf((1 + LEVEL) / 2, degrees)) * float(np.sqrt(variance))
    return value - half, value + half


def _share_interval(
    share: float, variance: float, degrees: int, n_trials: int, units: float
) -> Interval | None:
    """Clopper and Pearson's interval on the effective number of answers; None where t does as well."""
    effective = _effective(share, variance, degrees, n_trials, units)
    if variance > NOTHING and min(share, 1 - share) * effective >= FEW_EVENTS:
        return None
    hits, tail = share * effective, (1 - LEVEL) / 2
    low = float(beta.ppf(tail, hits, effective - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, effective - hits)) if hits < effective else 1.0
    return low, high


def _effective(share: float, variance: float, degrees: int, n_trials: int, units: float) -> float:
    if variance <= NOTHING or not 0 < share < 1:
        return min(units, n_trials)
    tail = (1 + LEVEL) / 2
    factor = float(t.ppf(tail, n_trials - 1) / t.ppf(tail, degrees)) ** 2
    return min(share * (1 - share) / variance * factor, n_trials)


def _hull(one: Interval, other: Interval | tuple[None, None]) -> Interval:
    if other[0] is None or other[1] is None:
        return one
    return min(one[0], other[0]), max(one[1], other[1])
