"""The tables by name, their lines, and their codebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evalsite.results.errors import UnknownTableError
from evalsite.results.estimates import estimate_study
from evalsite.results.export.comparisons import COMPARISONS
from evalsite.results.export.correlations import CORRELATIONS
from evalsite.results.export.estimates import ESTIMATES
from evalsite.results.export.joined import JOINED
from evalsite.results.export.sessions import SESSIONS
from evalsite.results.export.table import Table
from evalsite.results.export.trials import TRIALS
from evalsite.results.export.writing import GUARD_RULE, Lines, csv_lines
from evalsite.results.scope import Scope

TABLES = {table.name: table for table in (TRIALS, SESSIONS, ESTIMATES, COMPARISONS, JOINED, CORRELATIONS)}
CHECK_RULE = (
    "No estimate rests on trials of a qualification, nor on raters who failed one; nor on raters who failed "
    "the attention check, unless they are asked for. The tables of trials and sessions have them all."
)
VERSION_RULE = (
    "Results hold the newest version that somebody answered to the end, and versions in which raters met no "
    "difference; others only if asked for. The tables of trials and sessions have all versions, or those "
    "asked for."
)
CODEBOOK_HEADER = ("table", "column", "kind", "unit", "help")


def export_lines(scope: Scope, name: str) -> Lines:
    """The CSV lines of a table, the header first.

    Raises:
        UnknownTableError: At once, before the first line.
    """
    table = _table(name)
    header = [column.name for column in table.columns(scope)]
    return csv_lines(header, table.rows(scope))


def codebook(scope: Scope) -> dict[str, Any]:
    """Every column of every table, as JSON, with the rules that hold for all."""
    return {
        "study": scope.study.slug,
        "rules": [
            GUARD_RULE,
            "Missing values are empty.",
            "Times are UTC, ISO 8601.",
            CHECK_RULE,
            VERSION_RULE,
        ],
        "facts": [fact for pool in estimate_study(scope) for fact in pool.facts],
        "tables": {
            table.name: {"summary": table.summary, "columns": [vars(c) for c in table.columns(scope)]}
            for table in TABLES.values()
        },
    }


def codebook_lines(scope: Scope, names: Iterable[str] = TABLES) -> Lines:
    """The codebook of these tables as CSV, one line a column.

    Some tables' columns follow from the estimates, so that whoever wants the trials' asks for those alone.
    """
    rows = (
        (table.name, column.name, column.kind, column.unit, column.help)
        for table in map(_table, names)
        for column in table.columns(scope)
    )
    return csv_lines(CODEBOOK_HEADER, rows)


def _table(name: str) -> Table:
    try:
        return TABLES[name]
    except KeyError:
        raise UnknownTableError(f"no table named {name!r}; there are {', '.join(TABLES)}") from None
