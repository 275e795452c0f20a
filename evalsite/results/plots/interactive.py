"""Charts as plotly figures: the plain JSON that the page's script hands to plotly."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from evalsite.results.plots.charts import (
    GRID,
    INK,
    PALETTE,
    SHEET,
    Dot,
    DotChart,
    HistogramChart,
    ScatterChart,
)

Json = dict[str, Any]

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
LINE_PX, EDGES_PX, PANEL_PX, SCATTER_PX = 30, 130, 150, 480
UP = {0: "middle", 1: "top", -1: "bottom"}


@singledispatch
def figure(chart: object) -> Json:
    """A figure as plotly reads it: ``data`` and ``layout``."""
    raise TypeError(f"{type(chart).__name__} is no chart")


@figure.register
def _(chart: DotChart) -> Json:
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _plain(series.name),
            "x": [dot.value for dot in series.dots],
            "y": chart.heights(i),
            "text": [f"{_plain(dot.label)}, {dot.n_raters} raters" for dot in series.dots],
            "hovertemplate": "%{text}<br>%{x:.4g}<extra>%{fullData.name}</extra>",
            "error_x": _bars(series.dots),
            "marker": {"color": _colour(i), "symbol": SYMBOLS[i % len(SYMBOLS)], "size": 9},
        }
        for i, series in enumerate(chart.series)
    ]
    layout = _layout(EDGES_PX + LINE_PX * chart.lines)
    layout["showlegend"] = len(chart.series) > 1
    layout["xaxis"]["title"] = {"text": _plain(chart.axis)}
    layout["yaxis"] |= {
        "tickvals": list(range(len(chart.categories))),
        "ticktext": [_plain(name) for name in chart.categories],
        "range": [len(chart.categories) - 0.5, -0.5 if chart.chance is None else -1.0],
        "showgrid": False,
    }
    if chart.chance is not None:
        layout |= _chance(
            chart.chance, chart.chance_name, [dot.value for series in chart.series for dot in series.dots]
        )
    return {"data": data, "layout": layout}


@figure.register
def _(chart: ScatterChart) -> Json:
    trace = {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(chart.x),
        "y": [dot.value for dot in chart.dots],
        "text": [_plain(dot.label) for dot in chart.dots],
        "textposition": [f"{UP[side.up]} {'right' if side.right > 0 else 'left'}" for side in chart.sides],
        "cliponaxis": False,
        "hovertemplate": "%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        "error_y": _bars(chart.dots),
        "marker": {"color": _colour(0), "size": 10},
    }
    layout = _layout(SCATTER_PX)
    layout["xaxis"] |= {"title": {"text": _plain(chart.x_axis)}, "range": _room_for_labels(chart.x)}
    layout["yaxis"]["title"] = {"text": _plain(chart.y_axis)}
    return {"data": [trace], "layout": layout}


@figure.register
def _(chart: HistogramChart) -> Json:
    panels = max(len(chart.series), 1)
    layout = _layout(EDGES_PX + PANEL_PX * panels)
    layout |= {"bargap": 0, "annotations": []}
    layout["xaxis"] |= {
        "title": {"text": chart.axis},
        "range": list(chart.limits),
        "anchor": "free",
        "position": 0,
    }
    data = []
    for i, series in enumerate(chart.series):
        number, top = str(i + 1) if i else "", 1 - i / panels
        data.append(
            {
                "type": "bar",
                "name": _plain(series.name),
                "x": list(series.shown_ms),
                "y": list(series.counts),
                "width": 1,
                "yaxis": f"y{number}",
                "marker": {"color": _colour(i)},
                "hovertemplate": "%{x} ms: %{y}<extra>%{fullData.name}</extra>",
            }
        )
        layout[f"yaxis{number}"] = layout["yaxis"] | {
            "domain": [top - 0.82 / panels, top - 0.16 / panels],
            "nticks": 4,
        }
        layout["annotations"].append(_note(_plain(series.name), x=0, xref="paper", xanchor="left", y=top))
    return {"data": data, "layout": layout}


def _layout(height_px: int) -> Json:
    axis = {"gridcolor": GRID, "zeroline": False, "automargin": True}
    return {
        "height": height_px,
        "showlegend": False,
        "paper_bgcolor": SHEET,
        "plot_bgcolor": SHEET,
        "font": {"family": "system-ui, sans-serif", "size": 14, "color": INK},
        "margin": {"l": 20, "r": 20, "t": 40, "b": 60},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }


def _bars(dots: Sequence[Dot]) -> Json:
    above, below = [dot.above for dot in dots], [dot.below for dot in dots]
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "thickness": 1.5,
        "width": 4,
    }


def _chance(value: float, name: str, dots: Sequence[float]) -> Json:
    side = "right" if sum(dots) < value * len(dots) else "left"
    line = {"color": INK, "width": 1, "dash": "dot"}
    return {
        "shapes": [
            {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        ],
        "annotations": [_note(name, x=value, xref="x", xanchor=side, y=1)],
    }


def _note(text: str, **place: Any) -> Json:
    return {"text": text, "yref": "paper", "yanchor": "top", "showarrow": False, **place}


def _room_for_labels(x: Sequence[float]) -> list[float] | None:
    """An axis with a sixth of its length free at either end; plotly's choice where all points coincide."""
    free = (max(x, default=0.0) - min(x, default=0.0)) / 6
    return [min(x) - free, max(x) + free] if free else None


def _colour(series: int) -> str:
    return PALETTE[series % len(PALETTE)]


def _plain(text: str) -> str:
    """Text that plotly shows as it is: it reads a few HTML tags, and a condition may be called anything."""
    return html.escape(text, quote=False).replace("\n", "<br>")
