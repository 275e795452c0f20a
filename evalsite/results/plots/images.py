"""Charts as PNG and SVG files, for papers and slides."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import singledispatch
from textwrap import fill
from threading import Lock
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evalsite.results.plots.charts import (
    GRID,
    INK,
    PALETTE,
    Chart,
    Dot,
    DotChart,
    HistogramChart,
    ImageFormat,
    ScatterChart,
)

MARKERS = ("o", "s", "D", "^", "P", "X")
WIDTH_IN, LINE_IN, EDGES_IN, PANEL_IN, SCATTER_IN = 8.0, 0.32, 1.5, 1.7, 5.2
DPI = 200
NOTE_CHARACTERS = 130
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: the reader's fonts have letters that ours lack
    "svg.hashsalt": "evalsite",  # same chart, same bytes
    "text.parse_math": False,  # a condition may have a $ in its name
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
}
_ONE_AT_A_TIME = Lock()


def draw(chart: Chart, image_format: ImageFormat) -> bytes:
    """The chart as a file's bytes, the same for the same chart; may be called from any thread."""
    buffer = io.BytesIO()
    with _ONE_AT_A_TIME, mpl.rc_context(STYLE):  # matplotlib's settings are global
        figure = _figure(chart)
        if chart.notes:
            said = fill(" ".join(chart.notes), NOTE_CHARACTERS)
            figure.supxlabel(said, x=0.01, ha="left", fontsize=7, color=INK)
        FigureCanvasAgg(figure)
        undated = {"Date": None} if image_format == "svg" else None
        figure.savefig(buffer, format=image_format, dpi=DPI, metadata=undated)
    return buffer.getvalue()


@singledispatch
def _figure(chart: object) -> Figure:
    raise TypeError(f"{type(chart).__name__} is no chart")


@_figure.register
def _(chart: DotChart) -> Figure:
    figure, axes = _sheet(EDGES_IN + LINE_IN * chart.lines)
    for i, series in enumerate(chart.series):
        values = [dot.value for dot in series.dots]
        axes.errorbar(
            values,
            chart.heights(i),
            xerr=_bars(series.dots),
            fmt=MARKERS[i % len(MARKERS)],
            color=PALETTE[i % len(PALETTE)],
            capsize=3,
            label=series.name,
        )
    if chart.chance is not None:
        axes.axvline(chart.chance, color=INK, linestyle=":", linewidth=1, label=chart.chance_name)
    axes.set_yticks(range(len(chart.categories)), chart.categories)
    axes.set_ylim(max(len(chart.categories), 1) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set(title=chart.title, xlabel=chart.axis)
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside upper right", ncols=3, frameon=False)
    return figure


@_figure.register
def _(chart: ScatterChart) -> Figure:
    figure, axes = _sheet(SCATTER_IN)
    values = [dot.value for dot in chart.dots]
    axes.errorbar(chart.x, values, yerr=_bars(chart.dots), fmt="o", color=PALETTE[0], capsize=3)
    for x, dot, side in zip(chart.x, chart.dots, chart.sides, strict=True):
        axes.annotate(
            dot.label,
            (x, dot.value),
            xytext=(6 * side.right, 9 * side.up),
            textcoords="offset points",
            ha="left" if side.right > 0 else "right",
            va="center",
            fontsize=8,
        )
    axes.margins(x=0.2)
    axes.set(title=f"{chart.title}\n{chart.agreement}", xlabel=chart.x_axis, ylabel=chart.y_axis)
    return figure


@_figure.register
def _(chart: HistogramChart) -> Figure:
    panels = max(len(chart.series), 1)
    figure = Figure(figsize=(WIDTH_IN, EDGES_IN + PANEL_IN * panels), layout="constrained")
    figure.suptitle(chart.title, x=0.01, ha="left", fontsize=11)
    grid = figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0]
    for i, (axes, series) in enumerate(zip(grid, chart.series, strict=False)):
        axes.bar(series.shown_ms, series.counts, width=1, color=PALETTE[i % len(PALETTE)])
        axes.set(title=series.name, ylabel="flashes", xlim=chart.limits)
    grid[-1].set_xlabel(chart.axis)
    return figure


def _sheet(height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    return figure, figure.subplots()


def _bars(dots: Sequence[Dot]) -> list[list[float]]:
    return [[dot.below for dot in dots], [dot.above for dot in dots]]
