"""One row a difference: each two conditions by each human quantity, judged as one family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evalsite.results.export.table import VERSIONS, Table
from evalsite.results.queries import tabulate
from evalsite.results.scope import Scope
from evalsite.tasks.columns import Column

COLUMNS = (
    Column("study", "text", "Name of the study."),
    VERSIONS,
    Column("human", "text", "Key of the human quantity."),
    Column("condition", "text", "A condition; real for real images."),
    Column("other", "text", "The one that it is compared with."),
    Column("measure", "text", "difference: the first less the other; ratio: the first over the other."),
    Column("value", "float", "The difference, in the quantity's unit, or the ratio."),
    Column(
        "low", "float", "Lower bound of its simultaneous 95 % interval, over what the quantity's own is over."
    ),
    Column(
        "high", "float", "Upper bound; the intervals of one quantity hold all together in 95 % of studies."
    ),
    Column(
        "p", "float", "Adjusted for all differences of the quantity; below .05 where the interval is clear."
    ),
    Column("higher", "text", "The condition that the interval puts higher; empty where they may be equal."),
    Column("n_comparisons", "int", "Differences of the quantity, which share one error rate."),
    Column("degrees", "int", "Degrees of freedom: the fewest raters or images of the two, less 1."),
)


def _columns(_scope: Scope) -> list[Column]:
    return list(COLUMNS)


def _rows(scope: Scope) -> Iterator[list[Any]]:
    table = tabulate(scope)
    for human in table.human:
        if (family := table.families.get(human.key)) is None:
            continue
        for found in family.differences:
            measure = "ratio" if found.ratio else "difference"
            higher = {1: found.one, -1: found.other}.get(found.sign, "")
            yield [
                scope.study.slug, scope.versions_said, human.key, found.one, found.other, measure,
                found.value, found.low, found.high, found.p, higher,
                len(family.differences), found.degrees,
            ]  # fmt: skip


COMPARISONS = Table(
    "comparisons", "Two conditions compared by one human quantity, adjusted for all pairs.", _columns, _rows
)
