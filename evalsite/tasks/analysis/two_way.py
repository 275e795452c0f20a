"""How estimates vary over new raters and new images, alone and together: trials are never independent.

An estimator gives one score a trial: how far that trial moves the estimate from where its rater, or the fit,
would leave it. Summed by rater, by image and by cell (a rater's trials on an image), the scores give the
variance. Conditions share raters, and real images, so that their estimates vary together: one covariance
matrix over all conditions, whose diagonal the single intervals use.

Source: Cameron, Gelbach, Miller 2011, "Robust inference with multiway clustering", centred within raters; for
pairs of images Aronow, Samii, Assenova 2015, "Cluster-robust variance estimation for dyadic data".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, issparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Scores = Floats | csr_array
"""One row a trial, one column an estimate."""

NOTHING = 1e-20
"""A variance up to here is 0, but for rounding."""
MOST_ROOM = 50_000_000
"""Largest table for numbering groups, entries."""


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

    @property
    def seen(self) -> bool:
        """Whether anything varied: an estimate of no variance is not a certain one."""
        return self.total > NOTHING


@dataclass(frozen=True)
class Moved:
    """An estimate and how far each of its raters and trials moves it.

    Raters and images have one number each in all conditions: what is shared is known by it.

    Args:
        value: The estimate.
        who: Its raters, shape (raters,).
        by_rater: How far each moves it from its mean over raters, shape (raters,).
        scores: How far each trial moves it, centred within rater and stratum, shape (trials,).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials, 1), or (trials, 2) where two images are compared.
        strata: Fixed kinds of trials, such as real and generated, shape (trials,).
    """

    value: float
    who: Ints
    by_rater: Floats
    scores: Floats
    raters: Ints
    images: Ints
    strata: Ints

    @property
    def n_images(self) -> int:
        """Images of the stratum with the fewest; 0 without trials."""
        counts = [len(np.unique(self.images[self.strata == stratum])) for stratum in np.unique(self.strata)]
        return min(counts, default=0)


@dataclass(frozen=True)
class Joint:
    """Estimates of several conditions with their covariance, all of shape (k,) or (k, k).

    Args:
        names: The conditions.
        values: The estimates, on the scale on which they vary alike up and down.
        raters: Covariance over new raters who see these images.
        images: What new images add; no eigenvalue is negative.
        n_raters: Raters of each.
        n_images: Images of each, of the stratum with the fewest.
        logarithmic: Whether values are natural logarithms of what people read: differences are ratios.
        added: Variance that comparisons add to each, shape (k,), where its interval reaches farther than the
            covariance says; None for none.
    """

    names: tuple[str, ...]
    values: Floats
    raters: Floats
    images: Floats
    n_raters: Ints
    n_images: Ints
    logarithmic: bool = False
    added: Floats | None = None

    @property
    def covariance(self) -> Floats:
        """Over new raters and new images, as estimated."""
        return self.raters + self.images

    @property
    def for_comparisons(self) -> Floats:
        """The same with what comparisons add."""
        return self.covariance if self.added is None else self.covariance + np.diag(self.added)

    @property
    def variances(self) -> dict[str, Variance]:
        """Of each estimate alone."""
        parts = (self.raters.diagonal(), self.images.diagonal(), self.n_raters, self.n_images)
        rows = zip(*(part.tolist() for part in parts), strict=True)
        return {name: Variance(*row) for name, row in zip(self.names, rows, strict=True)}

    def at_least(self, variances: Mapping[str, float]) -> Self:
        """The same where comparisons take no condition to vary less than is given here."""
        total = self.covariance.diagonal()
        lacking = [
            max(variances.get(name, 0.0) - own, 0.0) for name, own in zip(self.names, total, strict=True)
        ]
        return replace(self, added=np.array(lacking))


def sums(scores: Scores, *keys: Ints) -> Scores:
    """Sums of scores over trials that share all keys.

    Args:
        scores: One row a trial, shape (trials, k).
        keys: What trials are grouped by, each of shape (trials,).

    Returns:
        One row a group, shape (groups, k).
    """
    group = numbered(*keys)
    trials = np.arange(len(group))
    shape = (int(group.max(initial=-1)) + 1, len(group))
    collect = csr_array(coo_array((np.ones(len(group)), (group, trials)), shape=shape))
    return cast("Scores", collect @ scores)


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


def moved_mean(
    answers: Floats,
    raters: Ints,
    images: Ints,
    *,
    weights: Floats | None = None,
    strata: Ints | None = None,
) -> Moved:
    """Mean of the raters' means, each rater weighing the same.

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
    return of_raters(means, weights * centred / whole[who] / len(means), raters, images, strata)


def of_raters(values: Floats, scores: Floats, raters: Ints, images: Ints, strata: Ints) -> Moved:
    """Mean of the raters' values, whatever they are, with their trials' scores.

    Args:
        values: One value a rater, in the order of their numbers, shape (raters,).
        scores: How far each trial moves the mean, centred within rater and stratum, shape (trials,).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials,) or (trials, 2).
        strata: Fixed kinds of trials, such as real and generated, shape (trials,).
    """
    mean = float(values.mean())
    by_rater = (values - mean) / len(values)
    return Moved(mean, np.unique(raters), by_rater, scores, raters, images.reshape(len(raters), -1), strata)


def together(moved: Mapping[str, Moved], *, logarithmic: bool = False) -> Joint:
    """Estimates of several conditions with what raters and images they share."""
    parts = list(moved.values())
    return Joint(
        names=tuple(moved),
        values=np.array([part.value for part in parts], dtype=np.float64),
        raters=_over_raters(parts),
        images=without_negative(_over_images(parts)),
        n_raters=np.array([len(part.who) for part in parts], dtype=np.int64),
        n_images=np.array([part.n_images for part in parts], dtype=np.int64),
        logarithmic=logarithmic,
    )


def rater_covariance(by_rater: Scores, n_raters: Ints | int) -> Floats:
    """Covariance over new raters, (k, k), from how far each rater moves each estimate, (raters, k)."""
    return _square(by_rater) * _corrections(n_raters)


def image_covariance(scores: Scores, raters: Ints, images: Ints, n_images: Ints | None = None) -> Floats:
    """What new images add to the covariance of k estimates, (k, k); it may come out negative by chance.

    Args:
        scores: Centred within raters, shape (trials, k).
        raters: Who answered, shape (trials,).
        images: What was judged, shape (trials, 1), or (trials, 2) where two images are compared.
        n_images: Images of each estimate, shape (k,); None where each rests on all of them.
    """
    trials = np.repeat(np.arange(len(raters)), images.shape[1])
    each, who, what = scores[trials], raters[trials], images.ravel()
    by_image, by_cell = sums(each, what), sums(each, who, what)
    counts = by_image.shape[0] if n_images is None else n_images
    found = _square(by_image) * _corrections(counts) - _square(by_cell)
    if images.shape[1] > 1:
        # A pair was counted under both of its images.
        pairs = np.sort(images, axis=1)
        found = found - _square(sums(scores, *pairs.T)) + _square(sums(scores, raters, *pairs.T))
    return found


def without_negative(covariance: Floats) -> Floats:
    """The same with negative eigenvalues set to 0."""
    diagonal = covariance.diagonal()
    if np.array_equal(covariance, np.diag(diagonal)):
        return np.diag(diagonal.clip(0.0))
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * values.clip(0.0) @ vectors.T)


def _over_raters(parts: Sequence[Moved]) -> Floats:
    who = numbered(np.concatenate([part.who for part in parts])) if parts else np.zeros(0, dtype=np.int64)
    moved = _stacked([part.by_rater for part in parts])
    return rater_covariance(sums(moved, who), np.array([len(part.who) for part in parts], dtype=np.int64))


def _over_images(parts: Sequence[Moved]) -> Floats:
    """Over all strata; images of one stratum vary apart from those of another."""
    found = np.zeros((len(parts), len(parts)))
    for stratum in np.unique(np.concatenate([part.strata for part in parts])) if parts else ():
        kept = [part.strata == stratum for part in parts]
        mine = list(zip(parts, kept, strict=True))
        found += image_covariance(
            _stacked([part.scores[own] for part, own in mine]),
            np.concatenate([part.raters[own] for part, own in mine]),
            np.concatenate([part.images[own] for part, own in mine]),
            np.array([len(np.unique(part.images[own])) for part, own in mine], dtype=np.int64),
        )
    return found


def _stacked(columns: Sequence[Floats]) -> csr_array:
    """All entries below one another, each in the column of its estimate."""
    values = np.concatenate(columns) if columns else np.zeros(0)
    column = np.repeat(np.arange(len(columns)), [len(own) for own in columns])
    shape = (len(values), len(columns))
    return csr_array(coo_array((values, (np.arange(len(values)), column)), shape=shape))


def _cell_means(answers: Floats, weights: Floats, who: Ints, strata: Ints) -> Floats:
    """For each trial the mean of its rater's answers in its stratum."""
    cell = numbered(who, strata)
    means: Floats = np.bincount(cell, weights * answers) / np.bincount(cell, weights)
    return means[cell]


def _square(rows: Scores) -> Floats:
    squared = rows.T @ rows
    return np.asarray(squared.toarray() if issparse(squared) else squared)


def _corrections(groups: Ints | int) -> Floats:
    """G / (G - 1) for each estimate on the diagonal, the geometric mean of both beside it."""
    counts = np.atleast_1d(np.asarray(groups, dtype=np.float64))
    factor = np.sqrt(np.divide(counts, counts - 1, out=np.ones_like(counts), where=counts > 1))
    return factor[:, None] * factor[None, :]
