"""A real server process on a data folder of its own, for tests that need more than Django's test client."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.environment import ROOT, own_site

PREPARE = Path(__file__).with_name("prepare_site.py")
START_SECONDS = 60.0


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SiteServer:
    """The site under gunicorn; it can be killed at any moment and started again on the same data and port."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return own_site(self.data)

    def manage(self, *arguments: str) -> str:
        """Run a management command on the site's data; its standard output."""
        return self._run([sys.executable, str(ROOT / "manage.py"), *arguments])

    def prepare(self, studies: list[Mapping[str, Any]]) -> None:
        """Make database, static files and open studies (see ``prepare_site.py`` for what a study may say)."""
        self._run([sys.executable, str(PREPARE)], json.dumps(studies))

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "--no-control-socket"]
        options = ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread", "--threads", "4"]
        self.process = subprocess.Popen(
            [*command, *options, "--log-level", "error"],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with status {self.process.returncode} while starting")
            if self._answers():
                return
            time.sleep(0.1)
        raise TimeoutError(f"the server did not answer within {START_SECONDS} s")

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """What the site's database holds."""
        with closing(sqlite3.connect(f"file:{self.data / 'evalsite.sqlite3'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, parameters)]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/timing/", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def _run(self, command: list[str], text: str = "") -> str:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, cwd=ROOT, env=self.environment, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stderr[-3000:]}"
            )
        return done.stdout
