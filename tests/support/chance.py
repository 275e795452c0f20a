"""Whether counts over many seeds are what chance gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from scipy.stats import chisquare

FALSE_ALARM = 1e-4
"""How often a fair draw fails a test here. Seeds are fixed; a failure is no reason to change them."""

LEAST_EXPECTED = 5
"""Expected count of an outcome from which on the chi-square distribution holds."""


def expect_uniform(drawn: Iterable[Hashable], outcomes: Sequence[Hashable]) -> None:
    """Fail if some outcomes come more often than others (chi-square), or if there is any other outcome."""
    counts = Counter(drawn)
    assert set(counts) <= set(outcomes), (
        f"unexpected outcomes: {sorted(map(str, set(counts) - set(outcomes)))}"
    )
    assert counts.total() >= LEAST_EXPECTED * len(outcomes), "too few draws for a chi-square test"
    p = chisquare([counts[outcome] for outcome in outcomes]).pvalue
    assert p >= FALSE_ALARM, f"not uniform (p = {p:.1g}): {dict(counts)}"
