"""What a plot shows, as plain data: the page's and the file's version are drawn from the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from evalsite.results.agreement import Agreement
from evalsite.results.joining import HumanQuantity, MachineQuantity, ResultTable
from evalsite.results.plots.labels import Point, Side, place
from evalsite.results.ranking import rank
from evalsite.results.timing import TimingGroup

ImageFormat = Literal["png", "svg"]
FORMATS: tuple[ImageFormat, ...] = get_args(ImageFormat)
PALETTE = ("#0d5a61", "#a5430f", "#5b4a9c", "#7a7a00", "#b0325f", "#3f6fb5")
"""Series colours: distinct for the colour-blind too, each at least 4.5:1 on the sheet."""
INK, GRID, SHEET = "#1d2022", "#d9d6ce", "#fffefb"
UNITS = {"share": "share of trials", "ms": "ms", "z": "z", "logit": "logit"}
MARGIN_MS = 12
"""Room beside the shortest and longest exposure."""


@dataclass(frozen=True)
class Dot:
    """One value with its interval, which may be unknown; ``label`` is the condition."""

    label: str
    value: float
    low: float | None
    high: float | None
    n_raters: int = 0

    @property
    def below(self) -> float:
        """Length of the error bar downwards; an interval may by a hair not hold its own estimate."""
        return 0.0 if self.low is None else max(self.value - self.low, 0.0)

    @property
    def above(self) -> float:
        """Length of the error bar upwards."""
        return 0.0 if self.high is None else max(self.high - self.value, 0.0)


@dataclass(frozen=True)
class Series:
    """Dots of one quantity."""

    name: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class DotChart:
    """Values with intervals, one line a condition.

    Args:
        title: Title.
        axis: What the values are, with their unit.
        categories: Conditions from top to bottom.
        series: One or more quantities of the same unit.
        chance: Where guessing lies; None if that means nothing here.
        chance_name: What is written there.
        notes: What must be said beside the plot, in sentences.
    """

    title: str
    axis: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    chance: float | None = None
    notes: tuple[str, ...] = ()
    chance_name: str = "guessing"

    @property
    def lines(self) -> int:
        """Lines of the plot, one a condition and series; at least two, so that no plot is flat."""
        return max(len(self.categories) * len(self.series), 2)

    def heights(self, series: int) -> list[float]:
        """Where the dots of a series lie, in rows from the top; several series share a row side by side."""
        rows = {name: row for row, name in enumerate(self.categories)}
        shift = 0.7 * ((series + 0.5) / len(self.series) - 0.5)
        return [rows[dot.label] + shift for dot in self.series[series].dots]


@dataclass(frozen=True)
class ScatterChart:
    """A metric against a human quantity, with how well they agree in one line.

    Args:
        title: Title.
        x_axis, y_axis: The metric and the human quantity.
        x: Metric values, one a condition.
        dots: The human values at these places.
        sides: Where each condition's name goes.
        agreement: The correlations in words.
        notes: What must be said beside the plot, in sentences.
    """

    title: str
    x_axis: str
    y_axis: str
    x: tuple[float, ...]
    dots: tuple[Dot, ...]
    sides: tuple[Side, ...]
    agreement: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HistogramSeries:
    """Counts of whole milliseconds."""

    name: str
    shown_ms: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class HistogramChart:
    """Distributions in bins of a millisecond, one panel a series over one axis."""

    title: str
    axis: str
    series: tuple[HistogramSeries, ...]
    notes: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[int, int]:
        """Bounds of the axis, milliseconds."""
        seen = [ms for series in self.series for ms in series.shown_ms]
        return min(seen, default=0) - MARGIN_MS, max(seen, default=0) + MARGIN_MS


Chart = DotChart | ScatterChart | HistogramChart


def ranking_chart(table: ResultTable, quantity: HumanQuantity) -> DotChart:
    """One human quantity, conditions from the best down."""
    rows = [ranked.row for ranked in rank(table, quantity) if quantity.key in ranked.row.human]
    dots = _dots(table, quantity)
    order = [row.condition for row in rows if row.condition in dots]
    return DotChart(
        title=f"Ranking by {quantity.label}",
        axis=_human_axis(quantity),
        categories=tuple(order),
        series=(Series(quantity.label, tuple(dots[name] for name in order)),),
        chance=quantity.chance,
        chance_name=quantity.chance_name,
    )


def intervals_chart(table: ResultTable, quantity: HumanQuantity) -> DotChart:
    """Every quantity of the chosen one's blocks that shares its unit, per condition in the study's order."""
    alike = [
        column for column in table.human if (column.blocks, column.unit) == (quantity.blocks, quantity.unit)
    ]
    dots = {column: _dots(table, column) for column in alike}
    chances = {(column.chance, column.chance_name) for column in alike}
    chance, chance_name = chances.pop() if len(chances) == 1 else (None, "")
    return DotChart(
        title="Estimates and 95 % intervals for the generator",
        axis=UNITS.get(quantity.unit, "value"),
        categories=tuple(
            row.condition for row in table.rows if any(row.condition in found for found in dots.values())
        ),
        series=tuple(Series(column.label, tuple(found.values())) for column, found in dots.items()),
        chance=chance,
        chance_name=chance_name,
    )


def scatter_chart(table: ResultTable, metric: str, human: str, agreement: Agreement) -> ScatterChart:
    """A metric quantity against a human quantity. Raises ``UnknownQuantityError``."""
    machine, people = table.metric_quantity(metric), table.human_quantity(human)
    pairs = table.pairs(metric, human)
    x = tuple(pair.metric for pair in pairs)
    dots = tuple(Dot(pair.condition, pair.human, pair.human_low, pair.human_high) for pair in pairs)
    return ScatterChart(
        title=f"{people.label} against {machine.label}",
        x_axis=_machine_axis(machine),
        y_axis=_human_axis(people),
        x=x,
        dots=dots,
        sides=_sides(x, dots),
        agreement=describe_agreement(agreement),
    )


def _sides(x: Sequence[float], dots: Sequence[Dot]) -> tuple[Side, ...]:
    """Names beside their points, in a plot with some room on all sides."""
    ends = [end for dot in dots for end in (dot.value - dot.below, dot.value + dot.above)]
    across, upwards = _scale(x), _scale(ends)
    points = [
        Point(
            dot.label,
            across(at),
            upwards(dot.value),
            upwards(dot.value - dot.below),
            upwards(dot.value + dot.above),
        )
        for at, dot in zip(x, dots, strict=True)
    ]
    return tuple(place(points))


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    """From values to 0.15 to 0.85, the part of the plot that they take up."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return lambda value: 0.15 + 0.7 * (value - low) / (high - low) if high > low else 0.5


def exposures_chart(groups: Sequence[TimingGroup]) -> HistogramChart:
    """How long stimuli were on the screen, per browser and system."""
    series = [
        HistogramSeries(
            f"{group.browser}, {group.os} ({group.flashes:,} flashes)",
            tuple(group.shown_ms),
            tuple(group.shown_ms.values()),
        )
        for group in groups
        if group.flashes
    ]
    return HistogramChart("Exposure durations by browser and system", "shown (ms)", tuple(series))


def describe_agreement(agreement: Agreement) -> str:
    """The correlations in one line, n included."""
    if agreement.spearman.value is None:
        return f"n = {agreement.n}: {agreement.note}"
    named = {
        "Spearman ρ": agreement.spearman,
        "Kendall τ-b": agreement.kendall,
        "Pearson r": agreement.pearson,
    }
    numbers = ", ".join(f"{name} {found.value:.3f}" for name, found in named.items())
    warning = f" ({agreement.note})" if agreement.note else ""
    return f"{numbers}, n = {agreement.n}{warning}".replace("-0.", "−0.").replace("-1.", "−1.")


def _dots(table: ResultTable, quantity: HumanQuantity) -> dict[str, Dot]:
    return {
        row.condition: Dot(row.condition, found.value, found.low, found.high, found.n_raters)
        for row in table.rows
        if (found := row.human.get(quantity.key)) and found.value is not None
    }


def _human_axis(quantity: HumanQuantity) -> str:
    """Its label with unit and direction, on two lines."""
    label, unit = quantity.label, quantity.unit
    words = f"{label} ({UNITS[unit]})" if unit in UNITS and unit not in label else label
    return f"{words}\n{quantity.better} is {quantity.meaning}" if quantity.better else words


def _machine_axis(quantity: MachineQuantity) -> str:
    return f"{quantity.label}\n{quantity.better} is better" if quantity.better else quantity.label
