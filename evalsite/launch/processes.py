"""The site's two processes, web and worker, kept alive together and ended together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess  # nosec B404: it starts this very program
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from evalsite.launch.errors import HostError, PortTakenError

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
STOP_SECONDS = 15.0
RESTART_SECONDS = 2.0
THREADS = 8
HIGHEST_PORT = 65_535
ANOTHER_PORT = "name another one with --port, or PORT= for make"
ANOTHER_HOST = "give 127.0.0.1, or 0.0.0.0 for all of this machine's"


def check_port(host: str, port: int) -> None:
    """See whether the port can be listened on.

    Raises:
        PortTakenError: another program has it, or it is no port that this user may have.
        HostError: the host is no address of this machine.
    """
    if not 1 <= port <= HIGHEST_PORT:
        raise PortTakenError(f"{port} is not a valid port; choose 1024–{HIGHEST_PORT} with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise HostError(f"there is no host {host!r} ({error.strerror}); {ANOTHER_HOST}") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise HostError(f"{host} is no address of this machine; {ANOTHER_HOST}") from error
            fault = "is taken" if error.errno == errno.EADDRINUSE else "can't be had"
            raise PortTakenError(
                f"port {port} on {host} {fault} ({error.strerror}); {ANOTHER_PORT}"
            ) from error


def web_command(host: str, port: int, *, workers: int = 2) -> list[str]:
    """The command line of the web server."""
    options = {
        "bind": f"{host}:{port}",
        "worker-class": "gthread",
        "workers": workers,
        "threads": THREADS,
        "log-level": "warning",
        "graceful-timeout": 10,
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [sys.executable, "-m", "gunicorn", "evalsite.wsgi", "--no-control-socket", *flags]


def worker_command() -> list[str]:
    """The command line of the worker."""
    return [sys.executable, str(MANAGE), "work"]


def run_together(web: Sequence[str], worker: Sequence[str], *, say: Callable[[str], None]) -> int:
    """Run web and worker until either the web server ends or a signal comes; a dead worker is started again.

    Args:
        web: Command line of the web server.
        worker: Command line of the worker.
        say: Where a sentence for the operator goes.

    Returns:
        The web server's exit status, 0 after a signal.
    """
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    # A closed terminal hangs up: without an answer to it the two would live on, unseen, and keep the port.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, stop)
    server, helper = _start(web, OMP_NUM_THREADS="1"), _start(worker)
    try:
        while not stopping and server.poll() is None:
            if helper.poll() is not None:
                say(f"The worker ended with status {helper.returncode}; it is started again.")
                time.sleep(RESTART_SECONDS)
                helper = _start(worker)
            time.sleep(0.2)
        return 0 if stopping else int(server.returncode)
    finally:
        _end([server, helper])


def _start(command: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
    # Web threads share the cores by themselves: each must not start a thread a core for a small matrix.
    # A session of its own: Ctrl-C reaches only this process, which ends the others in order.
    return subprocess.Popen(
        command, cwd=MANAGE.parent, env={**os.environ, **environment}, start_new_session=True
    )


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
