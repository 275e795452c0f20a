"""Django's SQLite backend, with writers who look often whether it is their turn."""

from __future__ import annotations

import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

PATIENCE_S = 20.0
LOOKS_MS = 8
"""Within this time SQLite looks again after 1, 2 and 5 ms; later ever more seldom, at last every 100 ms."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin soon after another's has ended.

    Ours last some milliseconds. Where many wait, SQLite's own waiting lets some sleep for seconds while
    others come and go; beginning anew makes it look as often as at first.
    """

    def _start_transaction_under_autocommit(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        self._wait_at_most(LOOKS_MS)
        try:
            while not self._begins(last=time.monotonic() > deadline):
                pass
        finally:
            self._wait_at_most(round(1000 * PATIENCE_S))

    def _begins(self, *, last: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except OperationalError as error:
            if last or "locked" not in str(error):
                raise
            return False
        return True

    def _wait_at_most(self, milliseconds: int) -> None:
        self.connection.execute(f"PRAGMA busy_timeout={milliseconds}")
