"""Real worker processes on the test's own database, with a room whose jobs need no torch."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

import evalsite
from evalsite.jobs.models import Job
from tests.support import rooms
from tests.support.environment import ROOT, same_database

WORK = """
import sys, django, evalsite
from django.conf import settings
folder, room = sys.argv[1:3]
evalsite.__path__.append(folder)
settings.INSTALLED_APPS.append(room)
django.setup()
from django.core.management import call_command
call_command("work", interval=0.05, batch="--batch" in sys.argv)
"""


@pytest.fixture(scope="session", autouse=True)
def one_admin_site() -> Iterator[None]:
    """Keeps the admin site when a test installs an app: unfold would put a new, empty site in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(apps.get_app_config("unfold")), "ready", lambda _config: None)
        yield


@pytest.fixture
def counting_room(monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """The room with the job kind `counting`, installed in this process; its name."""
    monkeypatch.setattr(evalsite, "__path__", [*evalsite.__path__, str(rooms.FOLDER)])
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, rooms.COUNTING]
    return rooms.COUNTING


@pytest.fixture
def start_worker(transactional_db: None, settings: Any) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a worker that knows `counting`, with leases of a few seconds; all are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "DATABASE_URL": same_database(connection.settings_dict),
        "EVALSITE_DATA": str(settings.EVALSITE_DATA),
        "EVALSITE_REAP_SECONDS": "0.2",
    }

    def start(*options: str, lease_s: float = 3) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORK, str(rooms.FOLDER), rooms.COUNTING, *options]
        lease = {"EVALSITE_LEASE_SECONDS": str(lease_s)}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment | lease))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture
def wait_for() -> Callable[..., Job]:
    """Waits until a job satisfies a condition."""

    def wait(job: Job, condition: Callable[[Job], bool], timeout_s: float = 30) -> Job:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            job.refresh_from_db()
            if condition(job):
                return job
            time.sleep(0.03)
        raise AssertionError(
            f"{job}: still {job.state} at {job.done_units} of {job.total_units}: {job.error}"
        )

    return wait
