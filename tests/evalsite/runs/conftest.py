"""Real worker processes on the test's own database, and a job that counts, for all that needs no torch."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from evalsite.runs import deeds
from evalsite.runs.models import Job
from tests.support.environment import ROOT, same_database

COUNTING = '''
"""Counts to `until`, a step every `pause_s` seconds; appends each number to a file when it is done."""
import time
from pathlib import Path

def carry_out(job, lease):
    until, path = job.arguments["until"], Path(job.arguments["path"])
    for number in range(job.checkpoint.get("next", 0), until):
        lease.report(number, until, f"at {number}")
        time.sleep(job.arguments["pause_s"])
        if number == job.arguments.get("fails_at"):
            raise ZeroDivisionError("one over nothing")
        with lease.fenced():
            lease.save_checkpoint({"next": number + 1})
        with path.open("a") as file:
            file.write(f"{number}\\n")
    lease.report(until, until)
    lease.finish({"counted": until})
'''

WORK = """
import sys, django
django.setup()
from django.core.management import call_command
from evalsite.runs import deeds
deeds.__path__.append(sys.argv[1])
call_command("work", interval=0.05, batch="--batch" in sys.argv)
"""


@pytest.fixture
def deeds_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of deeds beside the site's own, known to this process and to workers of `start_worker`."""
    folder = tmp_path / "deeds"
    folder.mkdir()
    (folder / "counting.py").write_text(COUNTING)
    monkeypatch.setattr(deeds, "__path__", [*deeds.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, "evalsite.runs.deeds.counting", raising=False)
    return folder


@pytest.fixture
def start_worker(deeds_dir: Path, transactional_db: None) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a worker, with leases of a few seconds; all are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "DATABASE_URL": same_database(connection.settings_dict),
        "EVALSITE_DATA": str(settings.EVALSITE_DATA),
        "EVALSITE_REAP_SECONDS": "0.2",
    }

    def start(*options: str, lease_s: float = 3) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORK, str(deeds_dir), *options]
        lease = {"EVALSITE_LEASE_SECONDS": str(lease_s)}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment | lease))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture
def make_counting_job(tmp_path: Path) -> Callable[..., Job]:
    """Makes a queued job that counts."""

    def make(**arguments: float) -> Job:
        defaults = {"until": 3, "pause_s": 0.0, "path": str(tmp_path / "counted")}
        return Job.objects.create(
            kind="counting", title="Count", arguments={**defaults, **arguments}, created_at=timezone.now()
        )

    return make


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


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of an untrained generator of 32×32 grey images."""
    from ganmodels.checkpoints import Description, save
    from ganmodels.checkpoints.save import package_versions
    from ganmodels.registry import GENERATOR, get_model

    model = get_model("gan")
    settings_ = model.resolve({"latent_size": 4, "width": 8, "hidden_layers": 1})
    networks = model.networks((1, 32, 32), settings_, seed=0)
    path = tmp_path_factory.mktemp("zoo") / "tiny.safetensors"
    description = Description(
        model="gan",
        settings=settings_,
        image_shape=(1, 32, 32),
        recipe=model.recipe.as_json(),
        data={"name": "none", "digest": "", "count": 0},
        seed=0,
        step=0,
        command="",
        versions=package_versions(),
    )
    save(path, networks[GENERATOR], description)
    return path
