"""CSV that spreadsheets open without harm and pandas reads without options."""

from __future__ import annotations

import csv
import errno
import os
import tempfile
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MISSING_WORDS = frozenset((
    "NA", "NULL", "NaN", "None", "null", "nan", "n/a", "N/A", "#NA", "#N/A", "#N/A N/A", "<NA>", "1.#IND",
    "1.#QNAN",
))  # fmt: skip
"""What pandas reads as a missing value: a class label or a condition may be called so."""
Lines = Generator[str, None, None]
"""Lines of a CSV file; closing them lets go of the database that they are read from."""
AS_IT_IS = frozenset((int, float, bool, type(None)))
GUARD_RULE = (
    "Text that begins with = + - @, a tab or a carriage return has a ' put before it, so that no spreadsheet "
    "runs it; so has text that readers take for a missing value, such as NA or None."
)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Lines:
    """Lines of a CSV file, one at a time: True and False, empty where missing, ISO times, text guarded."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")  # so that cells with either of the two are quoted
    yield writer.writerow([_cell(name) for name in header])
    for row in rows:
        yield writer.writerow([value if type(value) in AS_IT_IS else _cell(value) for value in row])


def write_whole(path: Path, lines: Iterable[str]) -> int:
    """Write a file that is either there whole or not at all; returns the number of lines.

    Raises:
        OSError: The place can't be written, or holds something that a file must not replace.
    """
    path = _regular(path)
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".half-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            written = sum(1 for line in lines if file.write(line))
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return written


def _regular(path: Path) -> Path:
    """Where a link leads. Raises ``OSError`` for a folder, a pipe or a device, which root could replace."""
    place = path.resolve()
    if place.exists() and not place.is_file():
        number = errno.EISDIR if place.is_dir() else errno.EINVAL
        raise OSError(number, os.strerror(number) if place.is_dir() else "Not a regular file")
    return place


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) or value in MISSING_WORDS else value
    return value.isoformat() if isinstance(value, datetime) else value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
