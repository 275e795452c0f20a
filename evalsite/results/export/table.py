"""What a table of the export is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evalsite.results.scope import Scope
from evalsite.tasks.columns import Column

VERSIONS = Column("versions", "text", "The versions held, with n, and what is left out and why.")
"""A column of every table of results, filled from the scope."""


@dataclass(frozen=True)
class Table:
    """A table: what a row is, its columns for a study, and its rows in their order.

    Args:
        name: Name in commands and addresses.
        summary: What one row is.
        columns: The columns that the table has for a study.
        rows: Its rows, streamed; as many values as columns.
    """

    name: str
    summary: str
    columns: Callable[[Scope], Sequence[Column]]
    rows: Callable[[Scope], Iterator[Sequence[Any]]]
