"""Which conditions differ: all differences of one quantity as one family, with one error rate.

The family is judged by the largest |t| over all pairs, from the joint covariance of the conditions: a rater
who judged several conditions, and a real image that stands beside them, is taken out of their differences.
All that is said of differences comes from it: intervals, adjusted p, letters and ranges of ranks agree.

Source: Hothorn, Bretz, Westfall 2008, "Simultaneous inference in general parametric models"; letters by
insertion and absorption, Piepho 2004, "An algorithm for a letter-based representation of all-pairwise
comparisons"; ranges of ranks after Mogstad, Romano, Shaikh, Wilhelm 2024, "Inference for ranks with
applications to mobility across neighbourhoods and academic achievement across countries".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from string import ascii_lowercase

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, qmc, t

from evalsite.tasks.analysis.summaries import LEVEL
from evalsite.tasks.analysis.two_way import Floats, Joint

DRAWS = 2**15
"""Points at which the largest |t| is taken; its critical value varies by some .002 between seeds."""
STEPS = 2**10
"""Steps that stand for the draws, each the mean of neighbours in their order."""
AT_ONCE = 2**22
"""Numbers of one batch of them."""


@dataclass(frozen=True)
class Difference:
    """One condition less another, or their ratio where the quantity varies by factors.

    Args:
        one, other: The conditions.
        value: The difference, or the ratio.
        low, high: Its simultaneous 95 % interval: all of the family's hold together in 95 % of studies.
        p: Adjusted for the family; below .05 exactly where the interval leaves out no difference.
        ratio: Whether it is a ratio, so that no difference is 1 instead of 0.
    """

    one: str
    other: str
    value: float
    low: float
    high: float
    p: float
    ratio: bool = False

    @property
    def sign(self) -> int:
        """1 where the first is above the other beyond doubt, -1 where below, 0 where neither is sure."""
        nothing = 1.0 if self.ratio else 0.0
        return int(self.low > nothing) - int(self.high < nothing)


@dataclass(frozen=True)
class Standing:
    """Where a condition stands among the others.

    Args:
        best, worst: The ranks that it may have; they hold together for all conditions in 95 % of studies.
        letters: Conditions that share a letter do not differ.
    """

    best: int
    worst: int
    letters: str


@dataclass(frozen=True)
class Family:
    """All differences of one quantity.

    Args:
        names: The conditions that take part.
        values: Their estimates, on the scale on which they vary alike up and down.
        differences: One a pair, in their order.
        degrees: Degrees of freedom, those of the condition with the fewest raters or images.
        left_out: Conditions without an interval, or of no variance, which can't be compared.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    differences: tuple[Difference, ...]
    degrees: int
    left_out: tuple[str, ...] = ()

    @cached_property
    def _signs(self) -> dict[tuple[str, str], int]:
        found = {(one.one, one.other): one.sign for one in self.differences}
        return found | {(other, one): -sign for (one, other), sign in found.items()}

    def standings(self, better: str, among: Collection[str]) -> dict[str, Standing]:
        """Ranges of ranks and letters, the best condition first.

        Args:
            better: Which end is better; the lower one ranks first if neither is.
            among: The conditions to rank; others of the family, such as real images, are left out.
        """
        value = dict(zip(self.names, self.values, strict=True))
        names = sorted(value.keys() & set(among), key=lambda name: value[name], reverse=better == "higher")
        worse = -1 if better == "higher" else 1
        signs = self._signs
        letters = _letters(names, {pair for pair, sign in signs.items() if sign})
        found = {}
        for name in names:
            towards = [signs[name, other] for other in names if other != name]
            best, worst = 1 + towards.count(worse), len(names) - towards.count(-worse)
            found[name] = Standing(best, worst, letters[name])
        return found


def compare(joint: Joint) -> Family:
    """All differences between the conditions that have an interval of some width.

    A variance of 0 is no certainty: raters who all sit on one step of a staircase would make it one.

    The intervals are simultaneous: the critical value is the .95 quantile of the largest |t| over all pairs.
    """
    variances = joint.variances
    judged = [variances[name].degrees >= 1 and variances[name].total > 0 for name in joint.names]
    kept = [place for place, known in enumerate(judged) if known]
    left_out = tuple(name for name, known in zip(joint.names, judged, strict=True) if not known)
    names = tuple(joint.names[place] for place in kept)
    if len(names) < 2:
        return Family(names, tuple(joint.values[kept].tolist()), (), 0, left_out)
    degrees = min(variances[name].degrees for name in names)
    covariance = joint.covariance[np.ix_(kept, kept)]
    pairs = np.array(list(combinations(range(len(names)), 2)))
    one, other = pairs.T
    values = joint.values[kept][one] - joint.values[kept][other]
    variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    errors = np.sqrt(variance.clip(0.0))
    largest = _LargestT(_largest(covariance, pairs, errors), degrees, len(pairs))
    half = largest.critical(LEVEL) * errors
    ends = np.stack([values, values - half, values + half], axis=1)
    ends = np.exp(ends) if joint.logarithmic else ends
    found = zip(pairs.tolist(), ends.tolist(), largest.p(values, errors), strict=True)
    differences = tuple(
        Difference(names[i], names[j], value, low, high, p, joint.logarithmic)
        for (i, j), (value, low, high), p in found
    )
    return Family(names, tuple(joint.values[kept].tolist()), differences, degrees, left_out)


@dataclass(frozen=True)
class _LargestT:
    """Distribution of the largest |t| over all pairs.

    The estimates are normal, their variances follow a chi-squared with the smallest degrees of freedom: over
    the draws of the first, the second is integrated exactly, so that quantiles and p are smooth.
    """

    largest: Floats
    degrees: int
    n_pairs: int

    def beyond(self, size: float) -> float:
        """Probability of a larger one."""
        if self.n_pairs == 1:
            return 2 * float(t.sf(size, self.degrees))
        return float(chi2.cdf(self.degrees * (self.largest / size) ** 2, self.degrees).mean())

    def critical(self, level: float) -> float:
        """The value below which it stays with this probability."""
        alone = float(t.ppf((1 + level) / 2, self.degrees))
        bound = float(t.ppf(1 - (1 - level) / 2 / self.n_pairs, self.degrees))
        if self.beyond(alone) <= 1 - level or self.beyond(bound) >= 1 - level:
            return alone if self.beyond(alone) <= 1 - level else bound
        return float(brentq(lambda size: self.beyond(size) - (1 - level), alone, bound))

    def p(self, values: Floats, errors: Floats) -> list[float]:
        """Adjusted p of each difference, between that of it alone and Bonferroni's."""
        found = []
        for value, error in zip(np.abs(values), errors, strict=True):
            if error == 0:
                found.append(float(value == 0))
                continue
            alone = 2 * float(t.sf(value / error, self.degrees))
            joint = self.beyond(value / error) if value else 1.0
            found.append(min(max(joint, alone), self.n_pairs * alone, 1.0))
        return found


def _largest(covariance: Floats, pairs: Floats, errors: Floats) -> Floats:
    """The largest |difference| over its standard error as the estimates vary, in steps of equal weight."""
    varying = errors > 0
    if len(pairs) == 1 or not varying.any():
        return np.zeros(1)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(values.clip(0.0))
    points = qmc.MultivariateNormalQMC(np.zeros(len(root)), rng=np.random.default_rng(0)).random(DRAWS)
    drawn = points @ root.T
    one, other = pairs[varying].T
    batches = np.array_split(drawn, -(-DRAWS * len(one) // AT_ONCE))
    found = np.concatenate(
        [(np.abs(part[:, one] - part[:, other]) / errors[varying]).max(axis=1) for part in batches]
    )
    return np.asarray(np.sort(found).reshape(STEPS, -1).mean(axis=1))


def _letters(names: Sequence[str], differing: set[tuple[str, str]]) -> dict[str, str]:
    """Letters such that two names share one exactly where they do not differ; the first name has an a."""
    groups = [frozenset(names)]
    for one, other in combinations(names, 2):
        if (one, other) not in differing:
            continue
        parted = [
            kept
            for group in groups
            for kept in ([group - {one}, group - {other}] if {one, other} <= group else [group])
        ]
        groups = [group for group in dict.fromkeys(parted) if not any(group < larger for larger in parted)]
    place = {name: number for number, name in enumerate(names)}
    groups = sorted(groups, key=lambda group: sorted(place[name] for name in group))
    return {
        name: "".join(_letter(number) for number, group in enumerate(groups) if name in group)
        for name in names
    }


def _letter(number: int) -> str:
    """Of the alphabet, then a2 to z2, and so on."""
    round_, place = divmod(number, len(ascii_lowercase))
    return ascii_lowercase[place] + (str(round_ + 1) if round_ else "")
