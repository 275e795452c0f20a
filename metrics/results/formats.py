"""Results for people and for files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Set
from typing import Any

from rich.table import Column, Table

from metrics.results.result import Evaluation, MetricResult

CSV_COLUMNS = (
    "metric",
    "quantity",
    "title",
    "value",
    "low",
    "high",
    "std",
    "better",
    "interval",
    "n_generated",
    "n_reference",
    "extractor",
    "protocol",
    "seconds",
)
CSV_JOINED = ("settings", "provenance", "warnings")
"""Parts that are no plain value: in a cell they are JSON."""


def grid(*titles: str, folded: Set[str]) -> Table:
    """An empty table in which nothing is cut short, since such a name or number is a wrong one.

    Args:
        titles: of the columns.
        folded: those of them that give way on a narrow screen.
    """
    return Table(*(Column(title, overflow="fold", no_wrap=title not in folded) for title in titles))


def as_table(found: Evaluation) -> Table:
    """The results as a table for a screen."""
    table = grid("quantity", "value", "95 % interval", "std", "better", folded={"quantity"})
    for result in found:
        spread = "" if result.std is None else f"{result.std:.4g}"
        table.add_row(result.quantity, f"{result.value:.6g}", _interval(result), spread, result.better)
    return table


def remarks(found: Evaluation) -> Iterator[tuple[str, str]]:
    """What belongs beside the table: sentences, each with a colour."""
    for line in dict.fromkeys(_origin(result) for result in found):
        yield line, ""
    titles: dict[str, dict[str, None]] = {}
    for result in found:
        for text in result.warnings:
            titles.setdefault(text, {})[result.title] = None
    for text, named in titles.items():
        yield f"{', '.join(named)}: {text}", "yellow"
    if found.left_out:
        yield f"Left out, {len(found.left_out)}:", "dim"
    for item in found.left_out:
        yield f"  {item.metric}: {item.reason}", "dim"


def as_json(found: Evaluation) -> str:
    """Everything as JSON; a number that is infinite or missing is null."""
    return json.dumps(_finite(found.as_dict()), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def as_csv(found: Evaluation) -> str:
    """A line for each quantity."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*CSV_COLUMNS, *CSV_JOINED))
    for result in found:
        values = result.as_dict()
        joined = [json.dumps(values[name], ensure_ascii=False) for name in CSV_JOINED]
        writer.writerow([*(values[name] for name in CSV_COLUMNS), *joined])
    return text.getvalue()


def _interval(result: MetricResult) -> str:
    return "" if result.low is None else f"{result.low:.5g} to {result.high:.5g}"


def _origin(result: MetricResult) -> str:
    counted = [
        f"{count:,} {what}"
        for count, what in (
            (result.n_generated, "generated images"),
            (result.n_reference, "reference images"),
        )
        if count
    ]
    network = [result.extractor, f"protocol {result.protocol}"] if result.extractor else []
    return ", ".join([*counted, *network])


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value - value != 0 else value
