"""The demo, whole, as a new user calls it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.environment import own_site

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"


def _demo(data: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(MANAGE), "demo", "--no-serve"],
        env=own_site(data),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _counts(data: Path) -> dict[str, int]:
    tables = (
        "samples_sampleset",
        "samples_sampleimage",
        "studies_study",
        "studies_studyversion",
        "trials_response",
        "runs_metricrun",
        "runs_job",
        "auth_user",
    )
    with closing(sqlite3.connect(data / "evalsite.sqlite3")) as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.mark.slow
def test_everything_from_nothing_and_nothing_twice(tmp_path: Path) -> None:
    first = _demo(tmp_path)
    for address in ("/r/fashion-flash/", "/r/fashion-pairs/", "/admin/", "/results/"):
        assert f"http://127.0.0.1:8000{address}" in first
    counts = _counts(tmp_path)
    assert counts["samples_sampleset"] == 1 + 9
    assert counts["samples_sampleimage"] == 10_000 + 9 * 512
    assert counts["studies_study"] == counts["studies_studyversion"] == 2
    assert counts["runs_metricrun"] == 2 * 9
    assert counts["trials_response"] > 2 * 24 * 36
    second = _demo(tmp_path)
    assert _counts(tmp_path) == counts
    assert first.splitlines()[-9:] == second.splitlines()[-9:], "same addresses, same password"

    assert (tmp_path / "demo_admin_password").stat().st_mode & 0o077 == 0
