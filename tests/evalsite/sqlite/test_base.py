"""Writers that wait for each other on one SQLite file."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction

from evalsite.sqlite import base
from tests.support.sqlite import another_writer

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="it is about SQLite")


@pytest.fixture
def taken(transactional_db):
    """Another connection that holds the file in a transaction."""
    with another_writer() as other:
        yield other


def test_who_waits_looks_often_and_begins_when_the_file_is_free(taken):
    """SQLite's own waiting would begin once, and sleep ever longer."""
    statements = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(statements.append)
    threading.Timer(0.5, taken.execute, ["COMMIT"]).start()
    with transaction.atomic():
        begun = statements.count("BEGIN IMMEDIATE")
    connection.connection.set_trace_callback(None)
    assert begun > 5


def test_a_file_that_stays_taken_is_an_error_in_the_end(taken, monkeypatch):
    monkeypatch.setattr(base, "PATIENCE_S", 0.1)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    taken.execute("COMMIT")
    with transaction.atomic():
        pass


def test_other_statements_wait_as_long_as_ever(transactional_db):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)
