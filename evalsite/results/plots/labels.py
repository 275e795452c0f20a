"""Where the names of points go in a scatter plot, so that they don't cover each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH_CHARS, HEIGHT_LINES = 110.0, 22.0
"""Size of the plotting area in letters and lines, near enough for the page and for the file."""
GAP_CHARS = 1.0
NAME_OVER_NAME = 100
"""A name over an error bar can still be read; one over another can't."""


class Side(NamedTuple):
    """A place beside a point: to the right (1) or left (-1); level (0), above (1) or below (-1)."""

    right: int
    up: int


SIDES = tuple(Side(right, up) for up in (0, 1, -1) for right in (1, -1))


@dataclass(frozen=True)
class Box:
    """A rectangle in letters and lines from the lower left corner of the plot."""

    left: float
    right: float
    bottom: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.top <= other.bottom or other.top <= self.bottom)


@dataclass(frozen=True)
class Point:
    """A point with its error bar and name: ``x`` and ``y`` from 0 to 1 over the plot."""

    name: str
    x: float
    y: float
    low: float
    high: float

    @property
    def obstacle(self) -> Box:
        """What the point and its error bar cover."""
        x = self.x * WIDTH_CHARS
        low, high = self.low * HEIGHT_LINES, self.high * HEIGHT_LINES
        return Box(x - GAP_CHARS / 2, x + GAP_CHARS / 2, low - 0.1, high + 0.1)

    def label(self, side: Side) -> Box:
        """What its name covers at that side."""
        edge = self.x * WIDTH_CHARS + side.right * GAP_CHARS
        middle = self.y * HEIGHT_LINES + side.up
        ends = sorted((edge, edge + side.right * len(self.name)))
        return Box(ends[0], ends[1], middle - 0.5, middle + 0.5)


def place(points: Sequence[Point]) -> list[Side]:
    """A side for each point's name, in order: the first that is free, else the one that covers least."""
    bars = [point.obstacle for point in points]
    names: list[Box] = []

    def covered(box: Box) -> int:
        return NAME_OVER_NAME * sum(map(box.overlaps, names)) + sum(map(box.overlaps, bars))

    sides = []
    for point in points:
        side = min(SIDES, key=lambda side: covered(point.label(side)))
        names.append(point.label(side))
        sides.append(side)
    return sides
