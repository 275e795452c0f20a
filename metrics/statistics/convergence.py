"""Whether a number that is optimised or annealed has converged: what more work still changed.

Work is compared with twice as much of it. If the error falls like one over the work, or faster, what the
second half changed is at least what is left.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from metrics.errors import NotConvergedError
from metrics.statistics.resampling import Interval

SETTLED_SHARE = 0.1
"""Of the interval's width: a gap up to this share changes no conclusion."""

T = TypeVar("T")


@dataclass(frozen=True)
class Convergence:
    """How far a number may be from where endless work would bring it.

    Attributes:
        gap: the estimated distance, in the units of the number, at least 0.
        settled: whether it is too small to matter.
        exceeds: whether it is wider than the number's interval, so that the number says nothing.
    """

    gap: float
    settled: bool
    exceeds: bool = False


def judge(gap: float, interval: Interval, *, chance: float = 0.0) -> Convergence:
    """A gap is small if it is within a tenth of the interval's width, or within chance.

    Args:
        gap: what more work changed; below 0 if it only made the number worse.
        interval: the number's interval over images.
        chance: the largest gap that means nothing: noise, rounding.
    """
    low, high = interval
    gap = max(0.0, gap)
    settled = gap <= max(chance, SETTLED_SHARE * (high - low))
    return Convergence(gap, settled, exceeds=not settled and gap > high - low)


def until_settled(runs: Iterable[T], judged: Callable[[T, T], Convergence]) -> tuple[T, Convergence]:
    """The first run that changed little of the run before, or else the last one, and how it was judged.

    Args:
        runs: at least two, each with twice the work of the one before; the next starts only if it is needed.
        judged: how far a run may still be off, from the run before and itself.
    """
    for before, after in itertools.pairwise(runs):
        found = judged(before, after)
        if found.settled:
            break
    return after, found


def doublings(most: int, *, first: int) -> list[int]:
    """Amounts of work, each twice the one before, up to the most; at least two.

    Args:
        most: the last one, at least 2.
        first: the first one is at most this, unless it is half of the last one.
    """
    amounts = [most, most // 2]
    while amounts[-1] > first:
        amounts.append(amounts[-1] // 2)
    return amounts[::-1]


def phases(most: int, *, first: int) -> list[int]:
    """Parts of the work, each as much as all before it, so that it shows what they left undone.

    Args:
        most: all work together, at least 2.
        first: the first part is at most this, unless there are two only.
    """
    amounts = doublings(most, first=first)
    return [after - before for before, after in itertools.pairwise([0, *amounts])]


def sentence(found: Convergence, *, measured: str, off: str, advice: str) -> str:
    """What to tell a reader: what was measured, how far off the number may be, and the next move.

    Args:
        found: how it was judged.
        measured: what was measured, as a clause: "a second search lowered the error by 0.1".
        off: the gap with its direction and unit: "0.1 too high".
        advice: the next move, as a clause: "raise `steps`".

    Raises:
        NotConvergedError: the gap is wider than the interval.
    """
    if found.settled:
        return f"Converged: {measured}, so the value may be up to {off}."
    if found.exceeds:
        raise NotConvergedError(
            f"Not converged: {measured}, so the value may be {off} or more, "
            f"which is more than its interval is wide; {advice}."
        )
    return f"Not converged: {measured}, so the value may be {off} or more; {advice}."
