"""A site of its own for a benchmark: a fresh data folder, a small open study, a real server on loopback."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
STUDY = "bench"
START_SECONDS = 30.0

SET_UP = """
from django.utils import timezone
from evalsite.samples.models import SampleSet
from evalsite.studies.models import Block, Condition, Study
from evalsite.studies.services import open_study
now = timezone.now()
study = Study.objects.create(slug="bench", title="Bench", reference_set=SampleSet.objects.get(name="real"),
    consent_text="-", instructions_text="-", debriefing_text="-", stimulus_px=32, created_at=now)
for position, name in enumerate(("a", "b")):
    source = SampleSet.objects.get(name=name)
    Condition.objects.create(study=study, name=name, sample_set=source, position=position)
Block.objects.create(study=study, task="rapid_scene", trials_per_block=40, practice_trials=0)
open_study(study=study, now=now)
"""


@dataclass(frozen=True)
class BenchSite:
    """Where a benchmark's data lies and how to call its commands."""

    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        return {**os.environ, "EVALSITE_DATA": str(self.data), "OMP_NUM_THREADS": "1"}

    def manage(self, *arguments: str, stdin: str | None = None) -> None:
        """Run a command of the site to its end."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(
            command, env=self.environment, input=stdin, text=True, check=True, stdout=subprocess.DEVNULL
        )

    def prepare(self) -> None:
        """Migrate, import three small sets of noise, open a study."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        rng = np.random.default_rng(0)
        for name, kind in (("real", "reference"), ("a", "generated"), ("b", "generated")):
            path = self.data / f"{name}.npz"
            buffer = io.BytesIO()
            np.savez_compressed(buffer, arr_0=rng.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8))
            path.write_bytes(buffer.getvalue())
            self.manage("import_images", str(path), "--name", name, "--kind", kind)
        self.manage("shell", "--verbosity", "0", stdin=SET_UP)

    @contextmanager
    def served(self) -> Iterator[str]:
        """A real web server on a free port of the loopback; yields its address."""
        from evalsite.launch.processes import web_command

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(web_command("127.0.0.1", port), env=self.environment, cwd=ROOT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} did not answer within {START_SECONDS:g} s; look at the server's log")
