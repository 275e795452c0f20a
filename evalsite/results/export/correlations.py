"""One row a correlation: each metric with each human quantity, by three coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalsite.results.agreement import COEFFICIENTS
from evalsite.results.export.table import VERSIONS, Table
from evalsite.results.queries import agreement_of, tabulate
from evalsite.results.scope import Scope
from evalsite.tasks.columns import Column

COLUMNS = (
    Column("study", "text", "Name of the study."),
    VERSIONS,
    Column("human", "text", "Key of the human quantity."),
    Column("metric", "text", "Key of the metric's quantity."),
    Column(
        "coefficient",
        "text",
        "spearman, kendall (tau-b) or pearson, as measured; or pearson_freed: freed of error.",
    ),
    Column("n", "int", "Conditions that have both values."),
    Column("value", "float", "The coefficient; empty where undefined."),
    Column("low", "float", "Lower bound of its 95 % interval (Bonett, Wright); empty below ten conditions."),
    Column("high", "float", "Upper bound of that interval."),
    Column("p", "float", "Below ten conditions the exact two-sided p over all orders of the conditions."),
    Column("human_reliability", "float", "Share of the variance of people's values that is not error."),
    Column("metric_reliability", "float", "The same of the metric; empty if it has no intervals."),
    Column(
        "shared_reference",
        "bool",
        "Whether the metric's errors share a reference set: its reliability is then a lower bound, the freed "
        "value is not corrected for them, and its interval covers both extremes.",
    ),
    Column("note", "text", "A warning, or why there is no value."),
)


def _columns(_scope: Scope) -> list[Column]:
    return list(COLUMNS)


def _rows(scope: Scope) -> Iterator[list[Any]]:
    table = tabulate(scope)
    for human in table.human:
        for metric in table.metrics:
            found = agreement_of(scope, table, metric.key, human.key)
            for name in COEFFICIENTS:
                one = getattr(found, name)
                place = [scope.study.slug, scope.versions_said, human.key, metric.key, name, found.n]
                yield [*place, one.value, one.low, one.high, one.p, None, None, None, found.note]
            freed = found.freed
            yield [
                scope.study.slug, scope.versions_said, human.key, metric.key, "pearson_freed", found.n,
                freed.value, freed.low, freed.high, None,
                freed.human_reliability, freed.metric_reliability, freed.shared, freed.note or found.note,
            ]  # fmt: skip


CORRELATIONS = Table(
    "correlations", "One correlation of a metric with a human quantity over conditions.", _columns, _rows
)
