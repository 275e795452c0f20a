"""What a simulated study says of an interval, and the gate that it must pass."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tests.validity.code import digest

NOMINAL = 0.95
ERRORS = 3.3
"""Standard errors that a coverage may be off by chance."""
SAMPLE = 20
"""Studies that CI simulates again."""
MOST, CLOPPER = 0.99, 0.999
"""A conservative interval covers at most this, Clopper and Pearson's the second."""


class Said(NamedTuple):
    """One interval of one study.

    Args:
        low, high: The interval.
        truth: What it should hold; None for the mean of the values over all studies.
        value: The estimate.
        how: How the interval was made, as the metric says.
    """

    low: float
    high: float
    truth: float | None
    value: float
    how: str = ""


Study = Callable[[np.random.Generator], Mapping[str, Said]]


@dataclass(frozen=True)
class Design:
    """Studies of one design, simulated again and again; each says an interval of one or more quantities.

    Args:
        name: What is estimated, and for metrics the metric's name.
        words: Who answers what, in words.
        studies: How many studies.
        code: Files whose code, with all that they import, the coverage belongs to; from the root.
        study: One study.
        conservative: Why it covers more than it says; empty if it should not.
        most: The most it may then cover.
    """

    name: str
    words: str
    studies: int
    code: tuple[str, ...]
    study: Study
    conservative: str = ""
    most: float = MOST

    @property
    def key(self) -> str:
        """Name of its entry in docs/validity.json."""
        return f"{self.name}: {self.words}"

    @property
    def digest(self) -> str:
        """Of the code that it simulates, and of itself."""
        return digest(self.code, self.study)

    @property
    def seed(self) -> int:
        """Fixed by the name; never changed because of what comes out."""
        return zlib.crc32(self.key.encode())

    def run(self, studies: int | None = None) -> dict[str, Coverage]:
        """How often each quantity's interval held the truth."""
        rng = np.random.default_rng(self.seed)
        said: dict[str, list[Said]] = {}
        for _ in range(studies or self.studies):
            for quantity, one in self.study(rng).items():
                said.setdefault(quantity, []).append(one)
        return {quantity: _coverage(found) for quantity, found in said.items()}


@dataclass(frozen=True)
class Coverage:
    """How often intervals held the truth, and how wide they were.

    Args:
        held: Share of the studies.
        studies: How many.
        width: Mean width.
        spread: 3.92 standard deviations of the estimate over the studies: the width of a perfect interval.
        first: How many of the first `SAMPLE` studies held it: what a small sample must find again.
        how: How the intervals were made, as the metric says.
    """

    held: float
    studies: int
    width: float
    spread: float
    first: int
    how: str = ""

    def verdict(self, conservative: str = "", most: float = MOST) -> str:
        """Empty if it passes the gate, else what is wrong."""
        error = ERRORS * math.sqrt(NOMINAL * (1 - NOMINAL) / self.studies)
        if self.held < NOMINAL - error:
            return f"covers too little: {self.held:.3f}, expected at least {NOMINAL - error:.3f}"
        if not conservative and self.held > NOMINAL + error:
            return f"covers too much: {self.held:.3f}, expected at most {NOMINAL + error:.3f}"
        if conservative and self.held > max(most, NOMINAL + error):
            return f"covers too much even for a conservative one: {self.held:.3f}, expected at most {most}"
        return ""


def _coverage(said: list[Said]) -> Coverage:
    values = np.array([one.value for one in said])
    mean = float(values.mean())
    held = [one.low <= (mean if one.truth is None else one.truth) <= one.high for one in said]
    widths = [one.high - one.low for one in said]
    return Coverage(
        held=float(np.mean(held)),
        studies=len(said),
        width=float(np.mean(widths)),
        spread=3.92 * float(values.std(ddof=1)),
        first=int(sum(held[:SAMPLE])),
        how=said[0].how,
    )
