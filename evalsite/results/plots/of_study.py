"""The plots that a study has, by name: from its data to a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from evalsite.results.errors import UnknownQuantityError, UnknownTableError
from evalsite.results.joining import HumanQuantity, ResultTable
from evalsite.results.plots import charts
from evalsite.results.provenance import describe_source
from evalsite.results.queries import agreement_of, leading_quantity, summarise_timing, tabulate
from evalsite.results.scope import Scope


@dataclass(frozen=True)
class Asked:
    """What a plot is about: keys of quantities, empty for the leading ones."""

    human: str = ""
    metric: str = ""


def draw_plot(name: str, scope: Scope, asked: Asked) -> charts.Chart:
    """The chart of that name. Raises ``UnknownTableError`` or ``UnknownQuantityError``."""
    try:
        plot = PLOTS[name]
    except KeyError:
        raise UnknownTableError(f"no plot named {name!r}; there are {', '.join(PLOTS)}") from None
    chart = plot(scope, asked)
    return replace(chart, notes=(*scope.notes, *chart.notes))


def caption_of(chart: charts.Chart) -> str:
    """What stands under a plot."""
    words = chart.agreement if isinstance(chart, charts.ScatterChart) else chart.title
    return " ".join([f"{words}.", *chart.notes])


def _ranking(scope: Scope, asked: Asked) -> charts.DotChart:
    table = tabulate(scope)
    return charts.ranking_chart(table, _human(table, asked))


def _intervals(scope: Scope, asked: Asked) -> charts.DotChart:
    table = tabulate(scope)
    return charts.intervals_chart(table, _human(table, asked))


def _scatter(scope: Scope, asked: Asked) -> charts.ScatterChart:
    table = tabulate(scope)
    metric = asked.metric or next((column.key for column in table.metrics), "")
    human = _human(table, asked).key
    chart = charts.scatter_chart(table, metric, human, agreement_of(scope, table, metric, human))
    column = table.metric_quantity(metric)
    sources = {describe_source(row.metrics[metric]) for row in table.rows if metric in row.metrics}
    origins = [f"{column.label}: {said}" for said in sorted(sources) if said]
    return replace(chart, notes=tuple([f"{column.note}."] * bool(column.note) + origins))


def _exposures(scope: Scope, _asked: Asked) -> charts.HistogramChart:
    return charts.exposures_chart(summarise_timing(scope))


def _human(table: ResultTable, asked: Asked) -> HumanQuantity:
    found = table.human_quantity(asked.human) if asked.human else leading_quantity(table)
    if found is None:
        raise UnknownQuantityError("nobody has answered this study yet, so there is nothing to plot")
    return found


PLOTS: Mapping[str, Callable[[Scope, Asked], charts.Chart]] = {
    "ranking": _ranking,
    "intervals": _intervals,
    "scatter": _scatter,
    "exposures": _exposures,
}
