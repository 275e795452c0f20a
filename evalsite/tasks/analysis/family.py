"""Which conditions differ: all differences of one quantity as one family, with one error rate.

The family is judged by the largest |t| over all pairs, from the joint covariance of the conditions: what the
same raters and the same real images do to both conditions cancels out of their difference. Intervals,
adjusted p, letters and ranges of ranks all come from it, so that they agree. Each pair has its own degrees of
freedom: a condition with few raters makes its own comparisons wide, not those of others.

Source: Hothorn, Bretz, Westfall 2008, "Simultaneous inference in general parametric models"; degrees by pair
after Hasler, Hothorn 2008, "Multiple contrast tests in the presence of heteroscedasticity"; letters by
insertion and absorption, Piepho 2004, "An algorithm for a letter-based representation of all-pairwise
comparisons"; ranges of ranks after Mogstad, Romano, Shaikh, Wilhelm 2024, "Inference for ranks with
applications to mobility across neighbourhoods and academic achievement across countries".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from string import ascii_lowercase

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, qmc, t

from evalsite.tasks.analysis.summaries import LEVEL
from evalsite.tasks.analysis.two_way import NOTHING, Floats, Joint

DRAWS = 2**15
"""Points at which the largest |t| is taken; its critical value varies by some .002 between seeds."""
STEPS = 2**10
"""Steps that stand for the draws, each the mean of neighbours in their order."""
LARGEST_EXPONENT = 700.0
AT_ONCE = 2**22
"""Numbers of one batch of them."""


@dataclass(frozen=True)
class Difference:
    """One condition less another, or their ratio where the quantity varies by factors.

    Args:
        one, other: The conditions.
        value: The difference, or the ratio.
        low, high: Its simultaneous 95 % interval: all of the family's hold together in 95 % of studies.
        p: Adjusted for the family; below .05 exactly where the interval excludes equality.
        degrees: Degrees of freedom: the fewest raters or images of the two, less 1.
        ratio: Whether it is a ratio, so that no difference is 1 instead of 0.
    """

    one: str
    other: str
    value: float
    low: float
    high: float
    p: float
    degrees: int
    ratio: bool = False

    @property
    def sign(self) -> int:
        """1 where the interval puts the first above the other, -1 where below, 0 where it holds equality."""
        equal = 1.0 if self.ratio else 0.0
        return int(self.low > equal) - int(self.high < equal)


@dataclass(frozen=True)
class Standing:
    """Where a condition stands among the others.

    Args:
        best, worst: The ranks that it may have; they hold together for all conditions in 95 % of studies.
        letters: Conditions that share a letter may be equal.
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
        left_out: Conditions without an interval, or of no variance, which can't be compared.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    differences: tuple[Difference, ...]
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


def compare(joint: Joint, *, most: float = math.inf) -> Family:
    """All differences between the conditions that have an interval.

    The intervals are simultaneous: the critical value is the .95 quantile of the largest |t| over all pairs.
    A condition of no variance is left out. A difference of no variance is not certain either: its interval
    has no bounds.

    Args:
        joint: The estimates with their covariance.
        most: The largest difference that there can be: 1 for shares.
    """
    variances, covariance = joint.variances, joint.for_comparisons
    judged = [
        variances[name].degrees >= 1 and varies > NOTHING
        for name, varies in zip(joint.names, covariance.diagonal(), strict=True)
    ]
    kept = [place for place, known in enumerate(judged) if known]
    left_out = tuple(name for name, known in zip(joint.names, judged, strict=True) if not known)
    names, values = tuple(joint.names[place] for place in kept), joint.values[kept]
    if len(names) < 2:
        return Family(names, tuple(values.tolist()), (), left_out)
    pairs = np.array(list(combinations(range(len(names)), 2)))
    one, other = pairs.T
    covariance = covariance[np.ix_(kept, kept)]
    variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    largest = _LargestT(_largest(covariance, pairs, np.sqrt(variance.clip(0.0))), len(pairs))
    degrees = [variances[name].degrees for name in names]
    differences = tuple(
        _difference(
            (names[i], names[j]), float(values[i] - values[j]), math.sqrt(max(found, 0.0)), largest,
            degrees=min(degrees[i], degrees[j]), most=most, ratio=joint.logarithmic,
        )
        for (i, j), found in zip(pairs.tolist(), variance.tolist(), strict=True)
    )  # fmt: skip
    return Family(names, tuple(values.tolist()), differences, left_out)


def _difference(
    names: tuple[str, str],
    value: float,
    error: float,
    largest: _LargestT,
    *,
    degrees: int,
    most: float,
    ratio: bool,
) -> Difference:
    if error**2 > NOTHING:
        half, p = largest.critical(degrees) * error, largest.p(abs(value) / error, degrees)
    else:
        half, p = math.inf, 1.0
    ends = value, max(value - half, -most), min(value + half, most)
    if ratio:
        ends = _exp(ends[0]), _exp(ends[1]), _exp(ends[2])
    return Difference(*names, *ends, p, degrees, ratio)


def _exp(value: float) -> float:
    return math.exp(value) if value < LARGEST_EXPONENT else math.inf


@dataclass(frozen=True)
class _LargestT:
    """Distribution of the largest |t| over all pairs.

    The estimates are normal, their variances follow a chi-squared: over the draws of the first, the second is
    integrated exactly, so that quantiles and p are smooth.
    """

    largest: Floats
    n_pairs: int
    _critical: dict[int, float] = field(default_factory=dict)

    def beyond(self, size: float, degrees: int) -> float:
        """Probability of a larger one."""
        if self.n_pairs == 1:
            return 2 * float(t.sf(size, degrees))
        return float(chi2.cdf(degrees * (self.largest / size) ** 2, degrees).mean())

    def critical(self, degrees: int) -> float:
        """The value below which it stays with a probability of .95."""
        if degrees not in self._critical:
            self._critical[degrees] = self._find_critical(degrees)
        return self._critical[degrees]

    def _find_critical(self, degrees: int) -> float:
        """Between the value for one pair and Bonferroni's."""
        alone = float(t.ppf((1 + LEVEL) / 2, degrees))
        bound = float(t.ppf(1 - (1 - LEVEL) / 2 / self.n_pairs, degrees))
        if self.beyond(alone, degrees) <= 1 - LEVEL:
            return alone
        if self.beyond(bound, degrees) >= 1 - LEVEL:
            return bound
        return float(brentq(lambda size: self.beyond(size, degrees) - (1 - LEVEL), alone, bound))

    def p(self, size: float, degrees: int) -> float:
        """Adjusted p of a difference of this |t|, between that of it alone and Bonferroni's."""
        if size == 0:
            return 1.0
        alone = 2 * float(t.sf(size, degrees))
        return min(max(self.beyond(size, degrees), alone), self.n_pairs * alone, 1.0)


def _largest(covariance: Floats, pairs: Floats, errors: Floats) -> Floats:
    """The largest |difference| over its standard error as the estimates vary, in steps of equal weight."""
    varying = errors**2 > NOTHING
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
    """Letters such that two names share one exactly if they may be equal; the first name has an a."""
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
