"""Web server and worker live and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalsite.launch.errors import HostError, PortTakenError
from evalsite.launch.processes import check_port

KEEPER = """
import sys
from evalsite.launch.processes import run_together
sys.exit(run_together([sys.executable, "-c", sys.argv[1]], [sys.executable, "-c", sys.argv[2]], say=print))
"""
SLEEP = "import time; time.sleep(60)"


def _keep(web: str, worker: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-u", "-c", KEEPER, web, worker], stdout=subprocess.DEVNULL)


def _wait(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def _note(path: Path) -> str:
    return f"import os; open({str(path)!r}, 'a').write(str(os.getpid()) + '\\n'); {SLEEP}"


def _pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_a_taken_port_is_named_with_the_next_move() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} .* taken .* name another one with --port"):
            check_port("127.0.0.1", port)


@pytest.fixture
def _signals_are_heard() -> Iterator[None]:
    """What a background job's processes are born to ignore is heard here, as in a terminal."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_are_heard")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_both(tmp_path: Path, sent: signal.Signals) -> None:
    web, worker = tmp_path / "web", tmp_path / "worker"
    keeper = _keep(_note(web), _note(worker))
    assert _wait(lambda: bool(_pids(web) and _pids(worker)))
    keeper.send_signal(sent)
    assert keeper.wait(20) == 0
    assert all(_gone(pid) for pid in _pids(web) + _pids(worker))


def test_a_dead_worker_is_started_again(tmp_path: Path) -> None:
    worker = tmp_path / "worker"
    keeper = _keep(SLEEP, _note(worker))
    try:
        assert _wait(lambda: len(_pids(worker)) == 1)
        os.kill(_pids(worker)[0], signal.SIGKILL)
        assert _wait(lambda: len(_pids(worker)) == 2)
    finally:
        keeper.terminate()
        keeper.wait(20)


def test_a_dead_server_ends_everything_with_its_status(tmp_path: Path) -> None:
    worker = tmp_path / "worker"
    keeper = _keep("import sys, time; time.sleep(1); sys.exit(3)", _note(worker))
    assert keeper.wait(20) == 3
    assert all(_gone(pid) for pid in _pids(worker))


@pytest.mark.parametrize("port", [-1, 0, 65_536, 99_999])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(PortTakenError, match=f"{port} is not a valid port; choose 1024–65535 with --port"):
        check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(HostError, match=r"give 127\.0\.0\.1"):
        check_port(host, 8000)
