"""From staircases to thresholds: the modal exposure (HYPE) and a psychometric function over all raters."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp

from evalsite.tasks.analysis.summaries import Summary, nothing, summarise
from evalsite.tasks.analysis.two_way import Floats, Ints, Joint, Moved, numbered, of_raters, together

GUESS = 0.5
GRID_POINTS = 161
BEYOND = 4.0
"""Factor by which the grid of thresholds reaches beyond the staircase's bounds, to notice one outside."""
FLOOR = -300.0
"""How far below the best a log-likelihood counts; products of two such are still normal, fast numbers."""
BOUNDS = ((math.log(0.5), math.log(10.0)), (0.0, 0.15), (math.log(0.06), math.log(1.5)))
"""Of log slope, lapse and log spread."""
STEPS = np.array([0.02, 0.05, 0.05])
"""Of position, log slope and log spread, for derivatives."""
USUAL_SLOPE, SLOPE_FACTOR, USUAL_LAPSE = 2.5, 1.6, 0.03
"""A weak prior, as human observers show: staircases stay near one accuracy and say little of either."""


MODAL = (
    "It depends on the length of the staircases: with the same raters it is higher after few trials. "
    "Prefer the threshold. The interval does not include new images."
)


@dataclass(frozen=True)
class Flashes:
    """Scored flashes of one condition's staircases, arrays of shape (trials,).

    Args:
        raters: Number of the rater in the study.
        images: Number of the image in the study.
        blocks: Number of the block; a staircase begins again in each.
        asked_ms: Exposure asked for.
        seen_ms: Exposure shown where it was recorded, else the one asked for; at least 1.
        correct: Whether the answer was right.
    """

    raters: Ints
    images: Ints
    blocks: Ints
    asked_ms: Ints
    seen_ms: Ints
    correct: Ints

    @cached_property
    def people(self) -> Ints:
        """The raters, in order, shape (raters,)."""
        return np.unique(self.raters)

    @cached_property
    def own(self) -> Ints:
        """Each flash's rater, numbered from 0 in the order of `people`, shape (trials,)."""
        return numbered(self.raters)

    @property
    def n_raters(self) -> int:
        """How many raters there are."""
        return len(self.people)


class Flash(NamedTuple):
    """One scored flash of a staircase.

    Attributes:
        staircase: Name of the condition whose staircase it is.
        rater: Who saw it.
        image: The image's source and its number there.
        block: Number of the block.
        asked_ms: Exposure asked for.
        seen_ms: Exposure shown where it was recorded, else the one asked for; at least 1.
        correct: Whether the answer was right.
    """

    staircase: str
    rater: str
    image: tuple[str, int]
    block: int
    asked_ms: int
    seen_ms: int
    correct: bool


@dataclass
class FlashCounter:
    """Takes in flashes one by one."""

    raters: dict[str, int] = field(default_factory=dict)
    images: dict[tuple[str, int], int] = field(default_factory=dict)
    rows: dict[str, array[int]] = field(default_factory=dict)

    def add_all(self, flashes: Iterable[Flash]) -> Self:
        """Take in flashes, read once."""
        for staircase, rater, image, block, asked_ms, seen_ms, correct in flashes:
            self.rows.setdefault(staircase, array("q")).extend(
                (
                    self.raters.setdefault(rater, len(self.raters)),
                    self.images.setdefault(image, len(self.images)),
                    block,
                    asked_ms,
                    seen_ms,
                    correct,
                )
            )
        return self

    def flashes(self) -> dict[str, Flashes]:
        """The flashes of each staircase as arrays."""
        return {
            name: Flashes(*np.array(rows, dtype=np.int64).reshape(-1, 6).T)
            for name, rows in self.rows.items()
        }


def modal_exposures(staircases: Mapping[str, Flashes]) -> dict[str, Summary]:
    """Mean over raters of the most frequent exposure asked for, ms: per block, then the mean of blocks.

    Of equally frequent ones the mean is taken.

    Source: Zhou et al. 2019 (arXiv:1904.01121), section 3: the score of a block is the mode of its exposures.
    """
    joint = together({name: _modal(flashes) for name, flashes in staircases.items()})
    return {
        name: replace(summarise(value, variance), joint=joint).noting(MODAL)
        for (name, variance), value in zip(joint.variances.items(), joint.values.tolist(), strict=True)
    }


def _modal(flashes: Flashes) -> Moved:
    """What new images would change is not known: no trial has a score."""
    exposures: dict[int, dict[int, Counter[int]]] = {}
    asked = zip(flashes.own.tolist(), flashes.blocks.tolist(), flashes.asked_ms.tolist(), strict=True)
    for rater, block, ms in asked:
        exposures.setdefault(rater, {}).setdefault(block, Counter())[ms] += 1
    means = [
        np.mean([_mode(counted) for counted in exposures[rater].values()]) for rater in sorted(exposures)
    ]
    unmoved, kinds = np.zeros(len(flashes.raters)), np.zeros_like(flashes.raters)
    return of_raters(np.array(means, dtype=np.float64), unmoved, flashes.raters, flashes.images, kinds)


def _mode(counted: Counter[int]) -> float:
    most = max(counted.values())
    return float(np.mean([ms for ms, times in counted.items() if times == most]))


@dataclass(frozen=True)
class _Counts:
    """Correct and wrong answers, each (raters, levels), at the log exposures ``levels``."""

    levels: Floats
    level_of: Ints
    correct: Floats
    wrong: Floats


@dataclass(frozen=True)
class _Fit:
    """What the answers say of the population's position, all else as fitted.

    Args:
        grid: Log exposures.
        right, wrong: Log-likelihood of a right and of a wrong answer, (levels, grid), were the grid point the
            rater's own position.
        theta: Log slope, lapse and log spread, the standard deviation of raters' positions.
        own: Each rater's log-likelihood over the grid, (raters, grid), the population's position unknown.
        profile: The same of the population's position.
    """

    grid: Floats
    right: Floats
    wrong: Floats
    theta: Floats
    own: Floats
    profile: Floats

    @property
    def spread(self) -> float:
        """Standard deviation of raters' positions."""
        return math.exp(self.theta[2])


def thresholds(
    staircases: Mapping[str, Flashes], target: float, bounds_ms: tuple[float, float]
) -> dict[str, Summary]:
    """Exposures at which the middle rater is right in ``target`` of the trials, with two-way intervals.

    P(correct) = 1/2 + (1/2 − λ) · logistic(s · (ln exposure − a)), where each rater has an own position a,
    normally distributed over raters, and all share slope and lapse: pooling staircases into one curve would
    flatten it, since each rater's exposures gather around the rater's own threshold. Slope, lapse and spread
    are fitted by maximum likelihood with a weak prior. The interval comes from the scores of raters and
    trials for the position, on the scale of log exposures. How slope and spread vary over raters is in it;
    the lapse is taken as known, and for the part of images all three are.

    Args:
        staircases: Scored flashes of each condition's staircases.
        target: Accuracy that defines the threshold, over 0.5 and under 1.
        bounds_ms: Shortest and longest exposure; the threshold is cut off there, and the note says so.

    Source: Wichmann & Hill 2001 for the function; a normal random effect on its position.
    """
    fitted = {
        name: _position(flashes, target, bounds_ms)
        for name, flashes in staircases.items()
        if flashes.n_raters
    }
    joint = together(fitted, logarithmic=True)
    variances = joint.variances
    joint = _comparable(joint, bounds_ms)
    return {
        name: _threshold(summarise(fitted[name].value, variances[name]), target, bounds_ms, joint)
        if name in fitted
        else nothing(0, f"{_at(target)} No staircase was answered.")
        for name in staircases
    }


def _comparable(joint: Joint, bounds_ms: tuple[float, float]) -> Joint:
    """Those beyond the bounds without raters, so that they are left out of comparisons by name.

    All that is known of them is on which side they lie.
    """
    inside = (np.log(bounds_ms[0]) <= joint.values) & (joint.values <= np.log(bounds_ms[1]))
    return replace(joint, n_raters=np.where(inside, joint.n_raters, 0))


def _threshold(place: Summary, target: float, bounds_ms: tuple[float, float], joint: Joint) -> Summary:
    """In milliseconds, cut off at the bounds."""
    assert place.value is not None
    value = math.exp(place.value)
    limits = {"shortest": value < bounds_ms[0], "longest": value > bounds_ms[1]}
    beyond = [
        f"The threshold lies beyond the {name} exposure and is cut off there."
        for name, out in limits.items()
        if out
    ]
    return replace(_in_ms(place, bounds_ms), joint=joint).noting(_at(target), *beyond)


def _at(target: float) -> str:
    return f"Exposure at {target:.0%} correct."


def _position(flashes: Flashes, target: float, bounds_ms: tuple[float, float]) -> Moved:
    """The population's position on the scale of log exposures."""
    counts = _count(flashes)
    grid = np.linspace(math.log(bounds_ms[0] / BEYOND), math.log(bounds_ms[1] * BEYOND), GRID_POINTS)
    fitted = _fit(counts, grid, target)
    place = _peak(fitted.profile.sum(axis=0), grid)
    by_rater, information = _by_rater(counts, fitted, target, place)
    scores = _by_trial(flashes, counts, fitted, place) / information
    kinds = np.zeros_like(flashes.raters)
    return Moved(place, flashes.people, by_rater, scores, flashes.raters, flashes.images[:, None], kinds)


def _in_ms(summary: Summary, bounds_ms: tuple[float, float]) -> Summary:
    """The same in milliseconds instead of their logarithm, cut off at the bounds."""

    def ms(log: float | None) -> float | None:
        return None if log is None else float(np.clip(math.exp(log), *bounds_ms))

    return replace(
        summary,
        value=ms(summary.value),
        low=ms(summary.low),
        high=ms(summary.high),
        low_these_images=ms(summary.low_these_images),
        high_these_images=ms(summary.high_these_images),
    )


def _by_rater(counts: _Counts, fitted: _Fit, target: float, place: float) -> tuple[Floats, float]:
    """How far each rater moves the position, and what all say of it with slope and spread unknown.

    The sandwich of the raters' scores for position, log slope and log spread, the lapse as fitted; a
    parameter at its bound does not move.
    """
    slope, lapse, spread = fitted.theta
    bounds = _bounds(target)
    inside = [low < value < high for value, (low, high) in ((slope, bounds[0]), (spread, bounds[2]))]
    at = np.array([place, slope, spread])
    steps = STEPS[[True, *inside]]
    ways = np.diag(STEPS)[[True, *inside]]

    def own(parameters: Floats) -> Floats:
        """Log-likelihood of each rater, with an equal share of the prior."""
        position, log_slope, log_spread = parameters
        right, wrong = _answers(counts.levels, fitted.grid, target, slope=math.exp(log_slope), lapse=lapse)
        said = counts.correct @ right + counts.wrong @ wrong
        weights = np.maximum(-(((fitted.grid - position) / math.exp(log_spread)) ** 2) / 2, FLOOR)
        found = logsumexp(said + weights, axis=1) - logsumexp(weights)
        return np.asarray(found - _unusualness(log_slope, lapse) / len(said))

    def scores(parameters: Floats) -> Floats:
        moved = [own(parameters + way) - own(parameters - way) for way in ways]
        return np.asarray(np.stack(moved, axis=1) / (2 * steps))

    bend = np.stack([scores(at + way).sum(axis=0) - scores(at - way).sum(axis=0) for way in ways])
    information = -(bend + bend.T) / 2 / (2 * steps[:, None])
    if np.linalg.eigvalsh(information)[0] <= 0:  # too flat to tell the parameters apart
        information = np.diag(np.maximum(information.diagonal(), 1e-9))
    row = np.linalg.solve(information, np.eye(len(ways))[0])
    by_rater = scores(at) @ row
    return by_rater - by_rater.mean(), float(1 / row[0])


def _by_trial(flashes: Flashes, counts: _Counts, fitted: _Fit, place: float) -> Floats:
    """Score of each trial for the position, centred within its rater."""
    grid = fitted.grid
    pull = (grid - place) / fitted.spread**2
    weights = fitted.own - (grid - place) ** 2 / 2 / fitted.spread**2
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    raters = weights @ pull
    said = np.where(
        flashes.correct[:, None] == 1, fitted.right[counts.level_of], fitted.wrong[counts.level_of]
    )
    own = weights[flashes.own]
    trials = (said * own * pull).sum(axis=1) - (said * own).sum(axis=1) * raters[flashes.own]
    usual = np.bincount(flashes.own, trials) / np.bincount(flashes.own)
    return np.asarray(trials - usual[flashes.own])


def _count(flashes: Flashes) -> _Counts:
    levels, level_of = np.unique(flashes.seen_ms, return_inverse=True)
    table = np.zeros((2, flashes.n_raters, len(levels)))
    np.add.at(table, (flashes.correct, flashes.own, level_of), 1)
    return _Counts(np.log(levels.astype(np.float64)), level_of, table[1], table[0])


def _fit(counts: _Counts, grid: Floats, target: float) -> _Fit:
    bounds = _bounds(target)

    def at(theta: Floats) -> _Fit:
        right, wrong = _answers(counts.levels, grid, target, slope=math.exp(theta[0]), lapse=theta[1])
        own = np.asarray(counts.correct @ right + counts.wrong @ wrong)
        return _Fit(grid, right, wrong, theta, own, _marginal(own, grid, spread=math.exp(theta[2])))

    def loss(theta: Floats) -> float:
        best = logsumexp(at(theta).profile.sum(axis=0) * 8) / 8  # a maximum over positions that is smooth
        return (_unusualness(theta[0], theta[1]) - float(best)) / len(counts.correct)

    start = np.array([math.log(USUAL_SLOPE), min(USUAL_LAPSE, bounds[1][1] / 2), math.log(0.3)])
    fitted = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    return at(np.asarray(fitted.x, dtype=np.float64))


def _bounds(target: float) -> tuple[tuple[float, float], ...]:
    """Of log slope, lapse and log spread: a lapse leaves the target within reach."""
    return BOUNDS[0], (BOUNDS[1][0], min(BOUNDS[1][1], 0.8 * (1 - target))), BOUNDS[2]


def _unusualness(log_slope: float, lapse: float) -> float:
    """Minus the log prior: normal on the log slope, exponential on the lapse."""
    slopes_off = (log_slope - math.log(USUAL_SLOPE)) / math.log(SLOPE_FACTOR)
    return float(slopes_off**2 / 2 + lapse / USUAL_LAPSE)


def _answers(
    levels: Floats, grid: Floats, target: float, *, slope: float, lapse: float
) -> tuple[Floats, Floats]:
    """Log-likelihood of a right and a wrong answer, were the threshold at each grid point, (levels, grid)."""
    reached = (target - GUESS) / (1 - GUESS - lapse)
    offset = math.log(reached / (1 - reached))
    drive = slope * (levels[:, None] - grid[None, :]) + offset
    right = GUESS + (1 - GUESS - lapse) * expit(drive)
    wrong = lapse + (1 - GUESS - lapse) * np.exp(log_expit(-drive))
    return np.log(right), np.log(np.maximum(wrong, 1e-12))


def _marginal(likelihood: Floats, grid: Floats, *, spread: float) -> Floats:
    """The same, with each rater's threshold integrated over a normal distribution around each grid point."""
    kernel = np.exp(np.maximum(-(((grid[:, None] - grid[None, :]) / spread) ** 2) / 2, FLOOR))
    kernel /= kernel.sum(axis=0, keepdims=True)
    top = likelihood.max(axis=1, keepdims=True)
    return np.asarray(top + np.log(np.exp(np.maximum(likelihood - top, FLOOR)) @ kernel))


def _peak(curve: Floats, grid: Floats) -> float:
    """Where a curve over the grid is highest, between grid points by a parabola."""
    top = int(np.clip(curve.argmax(), 1, len(grid) - 2))
    before, at, after = curve[top - 1], curve[top], curve[top + 1]
    bend = before - 2 * at + after
    shift = float(np.clip((before - after) / (2 * bend), -1, 1)) if bend < 0 else 0.0
    return float(grid[top] + shift * (grid[1] - grid[0]))
