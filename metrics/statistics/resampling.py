"""Intervals that say how far a number may be from the one of endlessly many images: all hold with 95 %.

The cheap ways come first: an average has its interval from the spread of what is averaged, a share from the
binomial law. What is no average is measured again without each group of images (jackknife) or on images drawn
with replacement (bootstrap). None of them knows of a bias that depends on the number of images.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from scipy import special
from torch import Tensor

from metrics.errors import TooFewSamplesError
from metrics.statistics.chance import random_state

CONFIDENCE = 0.95
Z = 1.959963984540054
"""Standard errors between a normal estimate and either end of its interval."""

Interval = tuple[float, float]


def normal_interval(value: float, standard_error: float) -> Interval:
    """Interval of an estimate whose error is normal.

    Args:
        value: the estimate.
        standard_error: at least 0.
    """
    return value - Z * standard_error, value + Z * standard_error


def standard_error(values: Float[Tensor, " n"]) -> float:
    """Standard error of the mean of independent values; 0 for a single one, whose spread is unknown."""
    return float(values.double().std()) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def mean_interval(values: Float[Tensor, " n"]) -> Interval:
    """Interval of the mean of independent values, such as one for each image.

    Args:
        values: (n,), finite.

    Raises:
        TooFewSamplesError: there is no value.
    """
    if len(values) == 0:
        raise TooFewSamplesError("No value has no mean; give at least 1 image.")
    return normal_interval(float(values.double().mean()), standard_error(values))


def wilson_interval(successes: int | float, trials: int | float) -> Interval:
    """Interval of a share, within [0, 1] however rare or common the success.

    Args:
        successes: number of successes, 0 to `trials`.
        trials: number of independent trials, or of as many as tell the same.

    Raises:
        TooFewSamplesError: no trial.

    Source: Wilson 1927, as in Brown, Cai, DasGupta 2001, section 3.1.1.
    """
    if trials < 1:
        raise TooFewSamplesError("A share of no trials is undefined; give at least 1 image.")
    share = successes / trials
    shrunk = 1 + Z**2 / trials
    centre = (share + Z**2 / (2 * trials)) / shrunk
    half = Z / shrunk * math.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    # By rounding alone the ends of no and of all successes miss 0 and 1.
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def paired_share_interval(differences: Float[Tensor, " n"]) -> Interval:
    """Interval of the difference of two shares of the same images: not a point where no image differs.

    Args:
        differences: (n,) of -1, 0 and 1: what an image adds to either share, one less the other.

    Raises:
        TooFewSamplesError: no image.

    Source: Agresti and Min 2005, section 4: half an image is added to each of the four outcomes.
    """
    if len(differences) == 0:
        raise TooFewSamplesError("No image tells two shares apart; give at least 1.")
    count = len(differences) + 2
    gained, lost = (float((differences == sign).sum()) + 0.5 for sign in (1, -1))
    middle = (gained - lost) / count
    error = math.sqrt((gained + lost) / count - middle**2) / math.sqrt(count)
    low, high = normal_interval(middle, error)
    return max(-1.0, low), min(1.0, high)


def groups_of(count: int, groups: int, seed: int) -> list[Int[Tensor, " m"]]:
    """Indices 0 to `count` - 1 dealt at random to groups whose sizes differ by at most one.

    Args:
        count: number of images.
        groups: number of groups; fewer are made of fewer images.
        seed: fixes the deal.

    Raises:
        TooFewSamplesError: fewer than two images, of which no group can be left out.
    """
    if count < 2:
        raise TooFewSamplesError(f"{count} images can't be dealt to groups; give at least 2.")
    order = torch.from_numpy(random_state(seed).permutation(count))
    return [order[start :: min(groups, count)] for start in range(min(groups, count))]


def without(group: Int[Tensor, " m"], count: int) -> Int[Tensor, " rest"]:
    """The indices 0 to `count` - 1 that are not in a group, in order."""
    kept = torch.ones(count, dtype=torch.bool)
    kept[group] = False
    return kept.nonzero().flatten()


def jackknife(estimates_without_group: Float[Tensor, " g"], full: float) -> Interval:
    """Interval of an estimate from what it is when each of g equal groups is left out.

    Args:
        estimates_without_group: (g,) estimates, g at least 2.
        full: the estimate from everything, which the interval is about.

    Raises:
        TooFewSamplesError: fewer than two groups.

    Source: Tukey 1958; Efron and Tibshirani 1993, chapter 11.
    """
    error = jackknife_error(estimates_without_group)
    reach = float(special.stdtrit(len(estimates_without_group) - 1, (1 + CONFIDENCE) / 2))
    return full - reach * error, full + reach * error


def jackknife_error(estimates_without_group: Float[Tensor, " g"]) -> float:
    """Standard error from estimates that leave out one of g equal groups each.

    Raises:
        TooFewSamplesError: fewer than two groups.
    """
    groups = len(estimates_without_group)
    if groups < 2:
        raise TooFewSamplesError(f"A jackknife over {groups} groups has no spread; give at least 2 images.")
    return math.sqrt((groups - 1) * float(estimates_without_group.double().var(correction=0)))


def bootstrap_interval(draws: Float[Tensor, " b"]) -> Interval:
    """Interval between the outer quantiles of estimates from resampled images.

    Args:
        draws: (b,) estimates, each from images drawn with replacement.

    Source: Efron and Tibshirani 1993, chapter 13.
    """
    tail = (1 - CONFIDENCE) / 2
    low, high = torch.quantile(draws.double(), torch.tensor([tail, 1 - tail], dtype=torch.float64)).tolist()
    return low, high
