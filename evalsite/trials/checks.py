"""Whether a rater did what a study requires. Pure; three-valued: what could not be looked at is no failure.

A filter that fails whom it can't judge drops honest raters in silence; here they pass on as unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum


class Check(StrEnum):
    """What came of a check."""

    PASSED = "pass"
    FAILED = "fail"
    UNKNOWN = "unknown"


def check_share(right: int, judged: int, required: float) -> Check:
    """Whether enough of what was judged is right; unknown if nothing could be judged."""
    if not judged:
        return Check.UNKNOWN
    return Check.PASSED if right / judged >= required else Check.FAILED


def check_each(answers: Iterable[tuple[str, bool]], required: float) -> Check:
    """The same of each truth apart: one that is missed fails, whatever the others come to.

    Args:
        answers: What the right answer was called, and whether it was given.
        required: Share that must be right, above 0 and at most 1.
    """
    by_truth: defaultdict[str, list[bool]] = defaultdict(list)
    for truth, right in answers:
        by_truth[truth].append(right)
    found = {check_share(sum(given), len(given), required) for given in by_truth.values()}
    return next((check for check in (Check.FAILED, Check.PASSED) if check in found), Check.UNKNOWN)
