"""A CSV file of others: opened, checked and read line by line; every complaint names file and line."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evalsite.results.errors import ImportFileError
from evalsite.samples.names import visible

DELIMITERS = ",;\t"
NUL = "\0"
"""In no text, and PostgreSQL keeps none."""


@dataclass(frozen=True)
class Line:
    """One row of the file: its line number and its cells by column, stripped."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class SourceFile:
    """A CSV file in UTF-8, with or without a byte-order mark; commas, semicolons or tabs between cells."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name, fit to be stored and shown."""
        return visible(self.path.name)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        with self._explained(), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def provenance(self) -> dict[str, Any]:
        """What is kept of where values come from: the file's name (not its path) and digest."""
        return {"source": self.name, "digest": self.digest}

    @cached_property
    def header(self) -> list[str]:
        """Its column names. Raises ``ImportFileError`` where there are none, or one twice."""
        names = next(self._records(), (0, []))[1]
        if not any(names):
            raise ImportFileError(f"{self.name} is empty; expected a line of column names, then the values")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ImportFileError(f"{self.name} has two columns named {twice[0]!r}; rename one")
        return names

    def require(self, columns: Sequence[str]) -> None:
        """Raise ``ImportFileError`` unless all these columns are there."""
        if missing := [name for name in columns if name not in self.header]:
            raise ImportFileError(
                f"{self.name} has no column {missing[0]!r}; it has {visible(', '.join(self.header))}. "
                "Say which column means what"
            )

    def lines(self) -> Iterator[Line]:
        """The rows, read anew at each call; empty lines are skipped."""
        header = self.header
        records = self._records()
        next(records)
        for number, cells in records:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise self.error(number, f"{len(cells)} cells where the header has {len(header)}")
            yield Line(number, dict(zip(header, cells, strict=True)))

    def number(self, line: Line, column: str) -> float:
        """A cell as a finite number. Raises ``ImportFileError``."""
        try:
            value = float(line.cells[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(line.number, f"{column} was {line.cells[column]!r}; expected a finite number")
        return value

    def error(self, number: int, sentence: str) -> ImportFileError:
        """The error that names this file and line."""
        return ImportFileError(f"{self.name}, line {number}: {sentence}; nothing was imported")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        with self._explained():
            self._refuse_pipes()
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                file.seek(0)
                reader = csv.reader(file, delimiter=max(DELIMITERS, key=first.count), strict=True)
                for cells in reader:
                    if any(NUL in cell for cell in cells):
                        raise self.error(reader.line_num, "a NUL, which no text holds; save it as text")
                    yield reader.line_num, [cell.strip() for cell in cells]

    def _refuse_pipes(self) -> None:
        """A file is read more than once, which a pipe can't be; one that nobody writes to is never read."""
        if self.path.exists() and not (self.path.is_file() or self.path.is_dir()):
            raise ImportFileError(f"{self.name} is not a regular file; save what it gives, and import that")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ImportFileError(
                f"{visible(str(self.path))} can't be read ({error.strerror}); check the path"
            ) from error
        except UnicodeDecodeError as error:
            raise ImportFileError(
                f"{self.name} is not UTF-8 text ({error.reason}); save it as UTF-8"
            ) from error
        except csv.Error as error:
            raise ImportFileError(f"{self.name} is no CSV file ({error}); check its quotes") from error
