from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError, OperationalError, ProgrammingError

from evalsite.command_line import end_in_order_on, explain
from tests.support.environment import own_site

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def manage(tmp_path: Path) -> Run:
    """Run a command as a user does, in an empty data folder."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        named = {"DJANGO_SETTINGS_MODULE": "evalsite.settings", "EVALSITE_DATA": str(tmp_path / "data")}
        return subprocess.run(
            [sys.executable, str(MANAGE), *words],
            env={**known, **named, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"EVALSITE_DATA": "/dev/null/x"}, "name a folder of yours"),
        ({"DATABASE_URL": "mysql://u:secret@h/n"}, "DATABASE_URL can't be used"),
        ({"EVALSITE_MODE": "production", "EVALSITE_SECRET_KEY": "k" * 60}, "EVALSITE_HOSTS is not set"),
        ({}, "the database is not prepared"),
    ],
)
def test_what_is_wrong_around_a_command_is_one_sentence(
    manage: Run, environment: dict[str, str], sentence: str
) -> None:
    done = manage("export", "study", "trials", **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_traceback_shows_where_it_comes_from(manage: Run) -> None:
    assert "Traceback" in manage("export", "study", "trials", "--traceback").stderr


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ImproperlyConfigured("X is not set"), "X is not set"),
        (OperationalError("no such table: a"), "run 'manage.py migrate' first"),
        (ProgrammingError('relation "a" does not exist'), "run 'manage.py migrate' first"),
        (OperationalError("database or disk is full"), "the room on its disk"),
        (DatabaseError("file is not a database"), "the database is damaged (file is not a database); put"),
        (OperationalError("table a has no column named b"), "run 'manage.py migrate' first"),
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "/data/x: No space left on device; "),
        (
            UnicodeEncodeError("utf-8", "a\udcff", 1, 2, "surrogates not allowed"),
            "'a\\udcff' holds bytes that",
        ),
    ],
)
def test_each_kind_has_its_next_move(error: Exception, sentence: str) -> None:
    assert sentence in str(explain(error))


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        DatabaseError("x"),
        OSError(errno.EBADF, "Bad file descriptor"),
        UnicodeEncodeError("ascii", "猫", 0, 1, "ordinal not in range(128)"),
    ],
)
def test_faults_of_ours_are_not_smoothed_over(error: Exception) -> None:
    assert explain(error) is None


def test_a_signal_that_was_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        end_in_order_on(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        end_in_order_on(signal.SIGHUP)
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(signal.SIGHUP)
        assert ended.value.code == 129
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_names_are_printed_whatever_the_machines_encoding(manage: Run) -> None:
    manage("migrate", "-v0")
    done = manage("sample", "猫", PYTHONIOENCODING="ascii")
    assert "No checkpoint or file named '猫'" in done.stderr


@pytest.mark.slow
def test_an_argument_that_is_no_text_is_one_sentence(manage: Run) -> None:
    manage("migrate", "-v0")
    done = manage("export", os.fsdecode(b"\xff"), "trials")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "'\\udcff' holds bytes that are no UTF-8 text; write names in UTF-8" in done.stderr


def test_a_closed_output_is_said_where_it_can_be(tmp_path: Path) -> None:
    command = ["sh", "-c", '"$@" >&-', "sh", sys.executable, str(MANAGE), "migrate"]
    done = subprocess.run(command, env=own_site(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: the standard output is closed; send it to a file, or to /dev/null for nobody\n"
    )
