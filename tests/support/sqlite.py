"""A second connection to the tests' SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.db import connection


@contextmanager
def another_writer() -> Iterator[sqlite3.Connection]:
    """A connection that holds the file in a transaction; its COMMIT, or the end of the block, frees it."""
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
