"""Sensitivity and criterion of equal-variance Gaussian signal detection. The signal is a generated image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

from evalsite.tasks.analysis.judgements import Judgements, OwnTrials
from evalsite.tasks.analysis.proportions import LACKING
from evalsite.tasks.analysis.summaries import Summary, nothing, summarise
from evalsite.tasks.analysis.two_way import Floats, Ints, Moved, numbered, of_raters, together

FEW_TRIALS = 20
"""Below so many images of a kind a rater, the mean of raters' d′ is biased: 1.28 for 1.50 from 8 trials."""
SIGNS = {"d_prime": (1.0, -1.0), "criterion": (-0.5, -0.5)}
"""What z(H) and z(F) count in each quantity."""


def sensitivity(judgements: Judgements) -> dict[str, dict[str, tuple[Summary, int]]]:
    """d′ and criterion with their numbers of trials, by quantity and condition.

    d′ = z(H) − z(F): 0 when real and generated can't be told apart, negative when generated look more real.
    c = −(z(H) + z(F)) / 2: positive when "generated" is said less often than an unbiased rater would. Rates
    are log-linear, (n + .5) / (N + 1), per rater; the estimate is the mean over raters. Where raters judged
    fewer than 20 images of a kind, it is that of the raters' mean rates instead.

    Source: Hautus 1995, "Corrections for extreme proportions"; Macmillan & Creelman 2005, chapters 1 and 2.
    """
    own = {name: trials.of_raters_with_both() for name, trials in judgements.own.items()}
    return {quantity: _summaries(own, np.array(signs)) for quantity, signs in SIGNS.items()}


@dataclass(frozen=True)
class _Rates:
    """How often each rater said "generated", of generated (signal) and of real images, shape (raters, 2)."""

    said: Floats
    judged: Floats
    raters: Ints
    kinds: Ints
    answers: Floats

    @property
    def usual(self) -> float:
        """Images of the rarer kind that a rater judged, median."""
        return float(np.median(self.judged.min(axis=1)))

    @property
    def plain(self) -> Floats:
        """Shares as they are."""
        return self.said / self.judged

    @property
    def corrected(self) -> Floats:
        """Log-linear shares."""
        return (self.said + 0.5) / (self.judged + 1)


def _rates(trials: OwnTrials) -> _Rates:
    raters, kinds = numbered(trials.raters), trials.real.astype(np.int64)
    answers = np.where(trials.real, trials.wrong, 1 - trials.wrong)
    cells = 2 * raters + kinds
    size = 2 * (int(raters.max()) + 1)
    said = np.bincount(cells, answers, minlength=size).reshape(-1, 2)
    judged = np.bincount(cells, minlength=size).reshape(-1, 2)
    return _Rates(said.astype(np.float64), judged.astype(np.float64), raters, kinds, answers)


def _summaries(own: Mapping[str, OwnTrials], weights: Floats) -> dict[str, tuple[Summary, int]]:
    rates = {name: _rates(trials) for name, trials in own.items() if len(trials.raters)}
    moved = {
        name: (_of_each if found.usual >= FEW_TRIALS else _of_mean_rates)(found, weights, own[name])
        for name, found in rates.items()
    }
    joint = together(moved)
    variances = joint.variances
    summaries = {
        name: replace(summarise(moved[name].value, variances[name]), joint=joint).noting(
            _caution(found.usual)
        )
        for name, found in rates.items()
    }
    return {
        name: (summaries.get(name) or nothing(0, LACKING), len(trials.raters)) for name, trials in own.items()
    }


def _of_each(rates: _Rates, weights: Floats, trials: OwnTrials) -> Moved:
    """The mean of the raters' own values."""
    z = ndtri(rates.corrected)
    slopes = weights / norm.pdf(z)
    scores = _scores(rates, slopes, rates.judged + 1)
    return of_raters(z @ weights, scores, trials.raters, trials.images, rates.kinds)


def _of_mean_rates(rates: _Rates, weights: Floats, trials: OwnTrials) -> Moved:
    """The value of the raters' mean rates, with the variance by the delta method."""
    total = rates.judged.sum(axis=0)
    mean = (rates.plain.mean(axis=0) * total + 0.5) / (total + 1)
    z = ndtri(mean)
    slopes = np.broadcast_to(weights / norm.pdf(z), rates.plain.shape)
    scores = _scores(rates, slopes, rates.judged)
    values = (rates.plain * slopes).sum(axis=1)
    moved = of_raters(values, scores, trials.raters, trials.images, rates.kinds)
    return replace(moved, value=float(z @ weights))


def _scores(rates: _Rates, slopes: Floats, counts: Floats) -> Floats:
    """How far each trial moves the mean over raters from what its rater's rate says."""
    cell = rates.raters, rates.kinds
    moved: Floats = (rates.answers - rates.plain[cell]) * slopes[cell] / counts[cell] / len(rates.said)
    return moved


def _caution(count: float) -> str:
    if count >= FEW_TRIALS:
        return ""
    return (
        f"Raters judged {count:g} images of a kind (median), too few for a d′ of each: this is that of their "
        "mean rates, which is smaller than the mean of raters' d′ would be."
    )
