"""The order of the conditions by one human quantity, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalsite.results.joining import HumanQuantity, ResultRow
from evalsite.tasks.protocol import REAL, Estimate


@dataclass(frozen=True)
class Ranked:
    """A row and its rank.

    Args:
        row: The row.
        rank: 1 for the best; None for real images and where there is no value to rank by.
        tied: Whether its interval overlaps that of the row before it, so that their order is unsure.
    """

    row: ResultRow
    rank: int | None
    tied: bool = False


def rank(rows: Sequence[ResultRow], quantity: HumanQuantity) -> list[Ranked]:
    """Rows from the best to the worst; those without a value last, in their given order."""
    sign = -1.0 if quantity.better == "higher" else 1.0
    ranked = sorted(
        (row for row in rows if _rankable(row, quantity.key)),
        key=lambda row: sign * _value(row, quantity.key),
    )
    places = [
        Ranked(
            row, place, place > 1 and _overlap(row.human[quantity.key], ranked[place - 2].human[quantity.key])
        )
        for place, row in enumerate(ranked, start=1)
    ]
    return places + [Ranked(row, None) for row in rows if not _rankable(row, quantity.key)]


def _rankable(row: ResultRow, key: str) -> bool:
    estimate = row.human.get(key)
    return row.condition != REAL and estimate is not None and estimate.value is not None


def _value(row: ResultRow, key: str) -> float:
    value = row.human[key].value
    assert value is not None
    return value


def _overlap(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high
