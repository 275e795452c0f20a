"""Files of results: refused before the work, written whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from metrics.errors import ResultsWriteError
from metrics.results.files import check_writable, write_results


def test_many_may_look_at_once_whether_a_file_can_be_written(tmp_path: Path) -> None:
    hands, rounds = 4, 100
    gate = threading.Barrier(hands)

    def look(_: int) -> None:
        for number in range(rounds):
            gate.wait()
            check_writable(tmp_path / f"{number}.json")

    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(look, range(hands)))
    assert list(tmp_path.iterdir()) == []


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_bytes(b"kept")
    check_writable(path)
    assert path.read_bytes() == b"kept"


def test_a_folder_that_is_not_there_is_refused_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "new.json"
    with pytest.raises(ResultsWriteError, match=r"new\.json can't be written"):
        check_writable(path)
    with pytest.raises(ResultsWriteError, match="name a file in a folder of yours"):
        write_results(path, b"{}")
    assert not path.parent.exists()


def test_a_full_disk_asks_for_room_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.json"
    path.write_bytes(b"kept")

    def fill(part: Path, data: bytes) -> int:
        part.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(ResultsWriteError, match="make room"):
        write_results(path, b"{}")
    assert path.read_bytes() == b"kept"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ResultsWriteError, match="Is a directory"):
        check_writable(tmp_path)


def test_a_pipe_or_device_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for try_it in (lambda: check_writable(path), lambda: write_results(path, b"{}")):
        with pytest.raises(ResultsWriteError, match="Not a regular file"):
            try_it()
    assert path.is_fifo()


def test_results_replace_what_was_there_and_leave_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    for data in (b"first", b"second"):
        write_results(path, data)
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == {"results.json": b"second"}
