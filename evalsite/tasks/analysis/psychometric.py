"""From staircases to thresholds: the modal exposure (HYPE) and a psychometric function over all raters."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp

from evalsite.tasks.analysis.bootstrap import Floats, Resampling, Summary, few_raters, interval, rater_weights

GUESS = 0.5
GRID_POINTS = 161
BEYOND = 4.0
"""Factor by which the grid of thresholds reaches beyond the staircase's bounds, to notice one outside."""
FLOOR = -300.0
"""How far below the best a log-likelihood counts; products of two such are still normal, fast numbers."""
BOUNDS = ((math.log(0.5), math.log(10.0)), (0.0, 0.15), (math.log(0.06), math.log(1.5)))
"""Of log slope, lapse and log spread."""
USUAL_SLOPE, SLOPE_FACTOR, USUAL_LAPSE = 2.5, 1.6, 0.03
"""A weak prior, as human observers show: staircases stay near one accuracy and say little of either."""


class Flash(NamedTuple):
    """One scored flash of a staircase, which begins anew in each block; ``shown_ms`` where recorded."""

    rater: str
    asked_ms: float
    shown_ms: float | None
    correct: bool
    block: int = 0


@dataclass(frozen=True)
class _Counts:
    """Correct and wrong answers, each (raters, levels), at the log exposures ``levels``."""

    levels: Floats
    correct: Floats
    wrong: Floats


def modal_exposures(flashes: Counter[Flash]) -> Floats:
    """Each rater's most frequent exposure asked for, ms, shape (raters,): per block, then the mean of blocks.

    Of equally frequent ones the mean is taken.

    Source: Zhou et al. 2019 (arXiv:1904.01121), section 3: the score of a block is the mode of its exposures.
    """
    exposures: dict[str, dict[int, Counter[float]]] = {}
    for flash, times in flashes.items():
        own = exposures.setdefault(flash.rater, {}).setdefault(flash.block, Counter())
        own[flash.asked_ms] += times
    means = [np.mean([_mode(counted) for counted in blocks.values()]) for blocks in exposures.values()]
    return np.array(means, dtype=np.float64)


def _mode(counted: Counter[float]) -> float:
    most = max(counted.values())
    return float(np.mean([ms for ms, times in counted.items() if times == most]))


def threshold(
    flashes: Counter[Flash], target: float, bounds_ms: tuple[float, float], resampling: Resampling
) -> Summary:
    """Exposure at which the middle rater is right in ``target`` of the trials, with its interval over raters.

    P(correct) = 1/2 + (1/2 − λ) · logistic(s · (ln exposure − a)), where each rater has an own position a,
    normally distributed over raters, and all share slope and lapse: pooling staircases into one curve would
    flatten it, since each rater's exposures gather around the rater's own threshold. Slope, lapse and spread
    are fitted once, by maximum likelihood with a weak prior; each resample of raters then fits the position.

    Args:
        flashes: Scored flashes of one condition's staircases; the exposure shown counts where recorded.
        target: Accuracy that defines the threshold, over 0.5 and under 1.
        bounds_ms: Shortest and longest exposure; the threshold is cut off there, and the note says so.
        resampling: Seed and number of resamples.

    Source: Wichmann & Hill 2001 for the function; a normal random effect on its position.
    """
    counts = _count(flashes)
    n_raters = len(counts.correct)
    at = f"Exposure at {target:.0%} correct."
    if not n_raters:
        return Summary(None, None, None, 0, f"{at} No staircase was answered.")
    grid = np.linspace(math.log(bounds_ms[0] / BEYOND), math.log(bounds_ms[1] * BEYOND), GRID_POINTS)
    profile = _position_profile(counts, grid, target)
    value = _peak_ms(profile.sum(axis=0, keepdims=True), grid)[0]
    limits = {"shortest": value < bounds_ms[0], "longest": value > bounds_ms[1]}
    beyond = [
        f"The threshold lies beyond the {name} exposure and is cut off there."
        for name, out in limits.items()
        if out
    ]
    note = " ".join(filter(None, [at, *beyond, few_raters(n_raters)]))
    cut = float(np.clip(value, *bounds_ms))
    if n_raters == 1:
        return Summary(cut, None, None, 1, note)
    draws = [_peak_ms(weights @ profile, grid) for weights in rater_weights(n_raters, resampling)]
    low, high = interval(np.clip(np.concatenate(draws), *bounds_ms))
    return Summary(cut, low, high, n_raters, note)


def _count(flashes: Counter[Flash]) -> _Counts:
    shown = [round(f.asked_ms if f.shown_ms is None else f.shown_ms) for f in flashes]
    levels, level_of = np.unique(np.maximum(shown, 1), return_inverse=True)
    raters = {rater: i for i, rater in enumerate(dict.fromkeys(f.rater for f in flashes))}
    table = np.zeros((2, len(raters), len(levels)))
    for (flash, times), level in zip(flashes.items(), level_of, strict=True):
        table[int(flash.correct), raters[flash.rater], level] += times
    return _Counts(np.log(levels.astype(np.float64)), table[1], table[0])


def _position_profile(counts: _Counts, grid: Floats, target: float) -> Floats:
    """Each rater's log-likelihood of the population's position, (raters, grid), all else as fitted."""
    lapse_bounds = (0.0, min(BOUNDS[1][1], 0.8 * (1 - target)))

    def profile(theta: Floats) -> Floats:
        likelihood = _log_likelihood(counts, grid, target, slope=math.exp(theta[0]), lapse=theta[1])
        return _marginal(likelihood, grid, spread=math.exp(theta[2]))

    def loss(theta: Floats) -> float:
        best = logsumexp(profile(theta).sum(axis=0) * 8) / 8  # a maximum over positions that is smooth
        return (_unusualness(theta[0], theta[1]) - float(best)) / len(counts.correct)

    start = np.array([math.log(USUAL_SLOPE), min(USUAL_LAPSE, lapse_bounds[1] / 2), math.log(0.3)])
    fitted = minimize(loss, start, method="L-BFGS-B", bounds=(BOUNDS[0], lapse_bounds, BOUNDS[2]))
    return profile(np.asarray(fitted.x, dtype=np.float64))


def _unusualness(log_slope: float, lapse: float) -> float:
    """Minus the log prior: normal on the log slope, exponential on the lapse."""
    slopes_off = (log_slope - math.log(USUAL_SLOPE)) / math.log(SLOPE_FACTOR)
    return float(slopes_off**2 / 2 + lapse / USUAL_LAPSE)


def _log_likelihood(counts: _Counts, grid: Floats, target: float, *, slope: float, lapse: float) -> Floats:
    """Log-likelihood of each rater's answers, were the threshold at each grid point, (raters, grid)."""
    reached = (target - GUESS) / (1 - GUESS - lapse)
    offset = math.log(reached / (1 - reached))
    drive = slope * (counts.levels[:, None] - grid[None, :]) + offset
    right = GUESS + (1 - GUESS - lapse) * expit(drive)
    wrong = lapse + (1 - GUESS - lapse) * np.exp(log_expit(-drive))
    return np.asarray(counts.correct @ np.log(right) + counts.wrong @ np.log(np.maximum(wrong, 1e-12)))


def _marginal(likelihood: Floats, grid: Floats, *, spread: float) -> Floats:
    """The same, with each rater's threshold integrated over a normal distribution around each grid point."""
    kernel = np.exp(np.maximum(-(((grid[:, None] - grid[None, :]) / spread) ** 2) / 2, FLOOR))
    kernel /= kernel.sum(axis=0, keepdims=True)
    top = likelihood.max(axis=1, keepdims=True)
    return np.asarray(top + np.log(np.exp(np.maximum(likelihood - top, FLOOR)) @ kernel))


def _peak_ms(curves: Floats, grid: Floats) -> Floats:
    """Where each curve (rows over the grid) is highest, between grid points by a parabola, milliseconds."""
    top = np.clip(curves.argmax(axis=1), 1, len(grid) - 2)
    rows = np.arange(len(curves))
    before, at, after = curves[rows, top - 1], curves[rows, top], curves[rows, top + 1]
    bend = before - 2 * at + after
    shift = np.divide(before - after, 2 * bend, out=np.zeros_like(bend), where=bend < 0)
    return np.asarray(np.exp(grid[top] + np.clip(shift, -1, 1) * (grid[1] - grid[0])))
