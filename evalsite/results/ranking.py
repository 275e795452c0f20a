"""The order of the conditions by one human quantity, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from evalsite.results.joining import HumanQuantity, ResultRow, ResultTable
from evalsite.tasks.analysis.family import Standing
from evalsite.tasks.protocol import REAL


@dataclass(frozen=True)
class Ranked:
    """A row and its rank.

    Args:
        row: The row.
        rank: 1 for the best; None for real images and where there is no value to rank by.
        standing: The ranks that it may have, and its letters; None where it can't be compared with others.
    """

    row: ResultRow
    rank: int | None
    standing: Standing | None = None


def rank(table: ResultTable, quantity: HumanQuantity) -> list[Ranked]:
    """Rows from the best to the worst; those without a value last, in their given order."""
    sign = -1.0 if quantity.better == "higher" else 1.0
    rows = [row for row in table.rows if _rankable(row, quantity.key)]
    rows.sort(key=lambda row: sign * _value(row, quantity.key))
    family = table.families.get(quantity.key)
    standings = family.standings(quantity.better, [row.condition for row in rows]) if family else {}
    places = [Ranked(row, place, standings.get(row.condition)) for place, row in enumerate(rows, start=1)]
    return places + [Ranked(row, None) for row in table.rows if not _rankable(row, quantity.key)]


def _rankable(row: ResultRow, key: str) -> bool:
    estimate = row.human.get(key)
    return row.condition != REAL and estimate is not None and estimate.value is not None


def _value(row: ResultRow, key: str) -> float:
    value = row.human[key].value
    assert value is not None
    return value
