"""Intervals for new raters and new images: an estimate varies over both, and trials are never independent.

An estimator gives one score a trial: how far that trial moves the estimate from where its rater, or the fit,
would leave it. Summed by rater, by image and by cell (a rater's trials on an image), the scores give the
variance.

Source: Cameron, Gelbach, Miller 2011, "Robust inference with multiway clustering", centred within raters; for
pairs of images Aronow, Samii, Assenova 2015, "Cluster-robust variance estimation for dyadic data"; for shares
near 0 or 1 Korn, Graubard 1998, "Confidence intervals for proportions with small expected number of positive
counts".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, t

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Interval = tuple[float, float]

LEVEL = 0.95
FEW_RATERS = 20
"""Below this many raters the variance over raters is itself known badly."""
MOST_ROOM = 50_000_000
"""Largest table for numbering groups, entries."""
FEW_EVENTS = 10
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
    """

    value: float | None
    low: float | None
    high: float | None
    n_raters: int
    note: str = ""
    n_images: int = 0
    low_these_images: float | None = None
    high_these_images: float | None = None

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


@dataclass(frozen=True)
class Variance:
    """How far an estimate varies over raters and over images.

    Args:
        raters: Variance over new raters who see these images.
        images: What new images add, at least 0.
        n_raters: Raters.
        n_images: Images, of the stratum with the fewest.
    """

    raters: float
    images: float
    n_raters: int
    n_images: int

    @property
    def total(self) -> float:
        """Variance over new raters and new images."""
        return self.raters + self.images

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the total."""
        return min(self.n_raters, self.n_images) - 1


def nothing(n_raters: int, note: str) -> Summary:
    """An undefined estimate, and why."""
    return Summary(None, None, None, n_raters, note)


def sums(scores: Floats, *keys: Ints) -> Floats:
    """Sums of scores over trials that share all keys.

    Args:
        scores: One row a trial, shape (trials, k).
        keys: What trials are grouped by, each of shape (trials,).

    Returns:
        One row a group, shape (groups, k).
    """
    group = numbered(*keys)
    return np.column_stack([np.bincount(group, weights=column) for column in scores.T])


def numbered(*keys: Ints) -> Ints:
    """Numbers from 0 for the groups of trials that share all keys, shape (trials,)."""
    joined = _dense(keys[0])
    for key in keys[1:]:
        place = _dense(key)
        joined = _dense(joined * (int(place.max(initial=0)) + 1) + place)
    return joined


def _dense(key: Ints) -> Ints:
    """The same groups, numbered from 0 without gaps: by a table where it is small, else by sorting."""
    low, high = int(key.min(initial=0)), int(key.max(initial=0))
    if low < 0 or high > MOST_ROOM:
        return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)
    taken = np.zeros(high + 1, dtype=bool)
    taken[key] = True
    number = np.cumsum(taken, dtype=np.int64) - 1
    return np.asarray(number[key], dtype=np.int64)


def image_covariance(scores: Floats, raters: Ints, images: Ints) -> Floats:
    """What new images add to the covariance of k estimates, (k, k); it may come out negative by chance.

    Args:
        scores: Centred within raters, shape (trials, k).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials, 1), or (trials, 2) where two images are compared.
    """
    each = np.repeat(scores, images.shape[1], axis=0)
    who, what = np.repeat(raters, images.shape[1]), images.ravel()
    by_image, by_cell = sums(each, what), sums(each, who, what)
    found = _square(by_image) * _correction(len(by_image)) - _square(by_cell)
    if images.shape[1] > 1:
        # A pair was counted under both of its images.
        pairs = np.sort(images, axis=1)
        found = found - _square(sums(scores, *pairs.T)) + _square(sums(scores, raters, *pairs.T))
    return found


def mean_over_raters(
    answers: Floats,
    raters: Ints,
    images: Ints,
    *,
    weights: Floats | None = None,
    strata: Ints | None = None,
) -> tuple[float, Variance]:
    """Mean of the raters' means, each rater weighing the same, with its two-way variance.

    Args:
        answers: One number a trial, shape (trials,).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials,) or (trials, 2).
        weights: What each trial counts in its rater's mean; None for 1.
        strata: Fixed kinds of trials, such as real and generated, shape (trials,); None for one kind.
    """
    weights = np.ones_like(answers) if weights is None else weights
    strata = np.zeros_like(raters) if strata is None else strata
    who = numbered(raters)
    whole = np.bincount(who, weights)
    means = np.bincount(who, weights * answers) / whole
    centred = answers - _cell_means(answers, weights, who, strata)
    scores = weights * centred / whole[who] / len(means)
    return float(means.mean()), of_raters(means, scores, who, images, strata)


def of_raters(values: Floats, scores: Floats, raters: Ints, images: Ints, strata: Ints) -> Variance:
    """Variance of the mean of the raters' values, whatever they are, from their trials' scores.

    Args:
        values: One value a rater, shape (raters,).
        scores: How far each trial moves the mean, centred within rater and stratum, shape (trials,).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials,) or (trials, 2).
        strata: Fixed kinds of trials, such as real and generated, shape (trials,).
    """
    added, n_images = _images_of(scores, raters, images, strata)
    return Variance(_variance_of_mean(values), added, len(values), n_images)


def summarise(value: float, variance: Variance) -> Summary:
    """A value with its intervals by Student's t; the one for the generator is never the narrower one."""
    few = few_raters(variance.n_raters)
    if variance.n_raters < 2:
        return Summary(value, None, None, variance.n_raters, few, variance.n_images)
    near = _student(value, variance.raters, variance.n_raters - 1)
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
    near, far = summary.for_these_images, summary.for_generator
    if near is None or far is None:
        return summary
    units = min(variance.n_raters, variance.n_images) if design_effect is None else n_trials / design_effect
    near = _share_interval(share, variance.raters, variance.n_raters - 1, n_trials, units) or near
    far = _hull(_share_interval(share, variance.total, variance.degrees, n_trials, units) or far, near)
    return replace(
        summary,
        low=max(far[0], 0.0),
        high=min(far[1], 1.0),
        low_these_images=max(near[0], 0.0),
        high_these_images=min(near[1], 1.0),
    )


def design_effect(share: float, variance: Variance, n_trials: int) -> float | None:
    """Variance of a share over that of as many independent answers; None for a share of 0 or 1."""
    independent = share * (1 - share) / n_trials
    return variance.total / independent if independent > 0 else None


def few_raters(n_raters: int) -> str:
    """The warning that goes with an interval over few raters, or an empty string."""
    if n_raters == 1:
        return "One rater only: no interval."
    return f"Only {n_raters} raters: the interval is uncertain itself." if n_raters < FEW_RATERS else ""


def _one_image(few: str) -> str:
    return f"{few} One image only: no interval for the generator.".lstrip()


def _cell_means(answers: Floats, weights: Floats, who: Ints, strata: Ints) -> Floats:
    """For each trial the mean of its rater's answers in its stratum."""
    cell = numbered(who, strata)
    means: Floats = np.bincount(cell, weights * answers) / np.bincount(cell, weights)
    return means[cell]


def _images_of(scores: Floats, raters: Ints, images: Ints, strata: Ints) -> tuple[float, int]:
    """What new images of all strata add, at least 0, and the images of the stratum with the fewest."""
    added, fewest = 0.0, np.iinfo(np.int64).max
    for stratum in np.unique(strata):
        mine = strata == stratum
        judged = images[mine].reshape(int(mine.sum()), -1)
        added += float(image_covariance(scores[mine, None], raters[mine], judged)[0, 0])
        fewest = min(fewest, len(np.unique(judged)))
    return max(added, 0.0), int(fewest)


def _variance_of_mean(values: Floats) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else float("nan")


def _square(rows: Floats) -> Floats:
    squared: Floats = rows.T @ rows
    return squared


def _correction(groups: int) -> float:
    return groups / (groups - 1) if groups > 1 else 1.0


def _student(value: float, variance: float, degrees: int) -> Interval:
    half = float(t.ppf((1 + LEVEL) / 2, degrees)) * float(np.sqrt(variance))
    return value - half, value + half


def _share_interval(
    share: float, variance: float, degrees: int, n_trials: int, units: float
) -> Interval | None:
    """Clopper and Pearson's interval on the effective number of answers; None where t does as well."""
    effective = _effective(share, variance, degrees, n_trials, units)
    if min(share, 1 - share) * effective >= FEW_EVENTS:
        return None
    hits, tail = share * effective, (1 - LEVEL) / 2
    low = float(beta.ppf(tail, hits, effective - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, effective - hits)) if hits < effective else 1.0
    return low, high


def _effective(share: float, variance: float, degrees: int, n_trials: int, units: float) -> float:
    if variance <= 0 or not 0 < share < 1:
        return min(units, n_trials)
    tail = (1 + LEVEL) / 2
    factor = float(t.ppf(tail, n_trials - 1) / t.ppf(tail, degrees)) ** 2
    return min(share * (1 - share) / variance * factor, n_trials)


def _hull(one: Interval, other: Interval) -> Interval:
    return min(one[0], other[0]), max(one[1], other[1])
