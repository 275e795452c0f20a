"""Files of results: written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from metrics.errors import ResultsWriteError


def write_results(path: Path, data: bytes) -> None:
    """Write a file that appears, or changes, only when all of it is on disk.

    Args:
        path: where; its folder must be there.
        data: all of it.

    Raises:
        ResultsWriteError: the disk is full, or the folder isn't there or can't be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _check_replaceable(path)
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise refusal(path, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder for results, and those above it, where they are not there.

    Raises:
        ResultsWriteError: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsWriteError(
            f"{folder} can't be made ({error.strerror}); name a folder of yours."
        ) from error


def check_writable(path: Path) -> None:
    """Check that a file can be written, before hours of work go into what is to be in it.

    Raises:
        ResultsWriteError: it can't.
    """
    try:
        _check_replaceable(path)
        # Beside it and not under its name, which another process may be looking at, too.
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise refusal(path, error) from error


def _check_replaceable(path: Path) -> None:
    """Raises `OSError` for a folder, a pipe or a device: a file put there would take its place, for root."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "Not a regular file")


def refusal(path: Path, error: OSError) -> ResultsWriteError:
    """What to say of a file that can't be written."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    move = "make room, or name a file on another disk" if is_full else "name a file in a folder of yours"
    return ResultsWriteError(f"{path} can't be written ({error.strerror}); {move}.")
