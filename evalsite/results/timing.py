"""How stimuli were timed, and how large they were, on raters' screens, by browser and system.

Pure, one flash at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

UNKNOWN = "unknown"
LONG_BY = 0.5
"""A flash is long or short when it differs from its plan by more than so many frames."""


class Shown(NamedTuple):
    """One answered trial's first flash.

    Args:
        browser, os: As the browser told; empty if it didn't.
        valid: Whether the trial counted.
        shown_ms: Time on the screen; None where nothing was recorded.
        planned_frames: Frames planned; None for an exposure without limit.
        period_ms: Duration of a frame.
        css_px: Side of the image on the screen, CSS pixels; None where nothing was recorded.
    """

    browser: str
    os: str
    valid: bool
    shown_ms: float | None
    planned_frames: int | None
    period_ms: float
    css_px: float | None = None


@dataclass(frozen=True)
class TimingGroup:
    """Flashes of one browser on one system.

    Args:
        browser, os: Which.
        trials: Answered trials, with a limited exposure or without.
        invalid: Those that did not count.
        flashes: Exposures of limited duration on record.
        shown_ms: How many of them lasted how many milliseconds, rounded, in order.
        mean_ms, sd_ms: Mean and spread of shown minus planned; None without flashes.
        off: Flashes longer or shorter than planned by more than half a frame.
        css_px: How many images were how many CSS pixels wide on the screen, rounded, in order.
    """

    browser: str
    os: str
    trials: int
    invalid: int
    flashes: int
    shown_ms: Mapping[int, int]
    mean_ms: float | None
    sd_ms: float | None
    off: int
    css_px: Mapping[int, int]

    @property
    def side_px(self) -> tuple[int, int, int] | None:
        """Smallest, median and largest side of an image, CSS pixels; None where nothing was recorded."""
        if not self.css_px:
            return None
        sides, seen = list(self.css_px), list(accumulate(self.css_px.values()))
        return sides[0], sides[bisect_left(seen, seen[-1] / 2)], sides[-1]

    @property
    def invalid_share(self) -> float:
        """Share of trials that did not count, 0 to 1."""
        return self.invalid / self.trials


class _Tally:
    def __init__(self) -> None:
        self.trials = self.invalid = self.flashes = self.off = 0
        self.total = self.squares = 0.0
        self.shown: Counter[int] = Counter()
        self.sides: Counter[int] = Counter()

    def add(self, shown: Shown) -> None:
        self.trials += 1
        self.invalid += not shown.valid
        if shown.css_px is not None:
            self.sides[round(shown.css_px)] += 1
        if shown.shown_ms is None or shown.planned_frames is None:
            return
        error = shown.shown_ms - shown.planned_frames * shown.period_ms
        self.flashes += 1
        self.total += error
        self.squares += error * error
        self.off += abs(error) > LONG_BY * shown.period_ms
        self.shown[round(shown.shown_ms)] += 1

    def group(self, browser: str, os: str) -> TimingGroup:
        mean = self.total / self.flashes if self.flashes else None
        sd = None if mean is None else max(self.squares / self.flashes - mean * mean, 0.0) ** 0.5
        shown, sides = dict(sorted(self.shown.items())), dict(sorted(self.sides.items()))
        return TimingGroup(
            browser, os, self.trials, self.invalid, self.flashes, shown, mean, sd, self.off, sides
        )


def summarise(flashes: Iterable[Shown]) -> list[TimingGroup]:
    """Groups by browser and system, the largest first; memory does not grow with the flashes."""
    tallies: dict[tuple[str, str], _Tally] = {}
    for shown in flashes:
        tallies.setdefault((shown.browser or UNKNOWN, shown.os or UNKNOWN), _Tally()).add(shown)
    groups = [tally.group(browser, os) for (browser, os), tally in tallies.items()]
    return sorted(groups, key=lambda group: (-group.trials, group.browser, group.os))
