"""Facts of images from a ``metadata.csv`` or ``metadata.jsonl`` beside them: a row an image, by its name.

The column ``file_name`` says which image a row is about, relative to the metadata file's own folder. Every
other column is a fact. A fault stops the import before any image is read, with the sentence that mends it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from evalsite.samples.candidates import LABEL, MAX_LABEL_LENGTH
from evalsite.samples.errors import SourceError
from evalsite.samples.layout import looks_like_image, say_some
from evalsite.samples.names import visible

METADATA_NAMES = ("metadata.csv", "metadata.jsonl")
FILE_NAME = "file_name"
RESERVED = frozenset({"condition", "real", "position", "sha256", FILE_NAME})
"""Names that an export gives to other columns of an image."""

MAX_FACTS = 20
MAX_NAME_LENGTH = 60
MAX_VALUE_LENGTH = 2000

Row = dict[str, str]


@dataclass(frozen=True)
class Metadata:
    """The facts of images.

    Attributes:
        columns: Names of the facts, in the order of the file.
        rows: By name of the image inside the source, its facts.
    """

    columns: tuple[str, ...] = ()
    rows: Mapping[str, Row] = field(default_factory=dict)


def find_metadata(names: Iterable[str]) -> str | None:
    """The metadata file among the files of a source, if there is one.

    Raises:
        SourceError: there are several.
    """
    found = [name for name in names if PurePosixPath(name).name in METADATA_NAMES]
    if len(found) > 1:
        raise SourceError(
            f"there are {len(found)} metadata files ({say_some(found)}) and one is expected; put all rows in "
            "one file, or import each folder by itself"
        )
    return found[0] if found else None


def read_metadata(name: str, data: bytes) -> Metadata:
    """The rows of a metadata file, checked.

    Args:
        name: Its name inside the source; its suffix says how it is written.
        data: Its bytes.

    Raises:
        SourceError: it can't be read, or a row is not what is expected.
    """
    shown = visible(name)
    text = _decoded(shown, data)
    rows = _csv_rows(shown, text) if name.endswith(".csv") else _jsonl_rows(shown, text)
    folder, columns, found = PurePosixPath(name).parent, dict[str, None](), dict[str, Row]()
    for place, row in rows:
        file = row.pop(FILE_NAME, "")
        if not file:
            raise SourceError(f"{place} names no file; give the image's name as {FILE_NAME}")
        image = (folder / file).as_posix()
        if image in found:
            raise SourceError(f"{place} is a second row for {visible(file)!r}; keep one of them")
        for column in row.keys() - columns.keys():
            _check_column(place, column)
        columns.update(dict.fromkeys(row))
        found[image] = {column: _checked(place, column, value) for column, value in row.items()}
    if len(columns) > MAX_FACTS:
        raise SourceError(f"{shown} has {len(columns)} columns of facts; at most {MAX_FACTS} are taken")
    complete = {image: {column: row.get(column, "") for column in columns} for image, row in found.items()}
    return Metadata(tuple(columns), complete)


def check_metadata(name: str, metadata: Metadata, files: Sequence[str], labels: Mapping[str, str]) -> None:
    """Compare the rows with the files beside them.

    Args:
        name: The metadata file's name.
        metadata: Its rows.
        files: Names of all other files of the source.
        labels: The classes that the files' folders make.

    Raises:
        SourceError: a row's file is missing, an image has no row, or its class is another one.
    """
    shown, rows = visible(name), metadata.rows
    if lost := rows.keys() - set(files):
        raise SourceError(
            f"{shown} names files that are not there ({len(lost)}): {say_some(map(visible, lost))}; a "
            f"{FILE_NAME} is given as seen from the folder of {PurePosixPath(shown).name}. Add the files or "
            "remove the rows"
        )
    if bare := [file for file in files if looks_like_image(file) and file not in rows]:
        raise SourceError(
            f"images without a row in {shown} ({len(bare)}): {say_some(map(visible, bare))}; add their "
            "rows or remove the images"
        )
    for file, row in rows.items():
        given, folder = row.get(LABEL, ""), labels[file]
        if LABEL in row and folder and given != visible(folder):
            raise SourceError(
                f"{shown} gives {visible(file)!r} the label {given!r}, and its folder is "
                f"{visible(folder)!r}; make them the same, leave the column out, "
                "or put all images in one folder"
            )


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name} is not written in UTF-8 (byte {error.start + 1} is wrong); save it again as UTF-8"
        ) from error


def _csv_rows(name: str, text: str) -> Iterator[tuple[str, Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if FILE_NAME not in header:
            raise SourceError(
                f"{name} has the columns {say_some(map(visible, header)) or 'none'}; "
                f"expected one called {FILE_NAME}, with commas between columns"
            )
        if twice := {column for column in header if header.count(column) > 1}:
            raise SourceError(f"{name} has the column {say_some(twice)} twice; rename or remove one")
        for cells in reader:
            if not cells:  # an empty line
                continue
            place = f"line {reader.line_num} of {name}"
            if len(cells) != len(header):
                raise SourceError(
                    f"{place} has {len(cells)} cells, and there are {len(header)} columns; "
                    "put text that holds a comma in double quotes"
                )
            yield place, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise SourceError(f"line {reader.line_num} of {name} is no CSV ({error}); save it again") from error


def _jsonl_rows(name: str, text: str) -> Iterator[tuple[str, Row]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"line {number} of {name}"
        try:
            row = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                f"{place} can't be read ({error}); give one JSON object a line, each key once"
            ) from error
        if not isinstance(row, dict):
            raise SourceError(f'{place} is no JSON object; give one a line, as {{"{FILE_NAME}": "1.png"}}')
        yield place, {key: _text(place, key, value) for key, value in row.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("it has a key twice")
    return row


def _text(place: str, key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise SourceError(
            f"{place}: {visible(key)!r} holds several values; a fact is one text or one "
            "number. Split it into columns"
        )
    return "" if value is None else json.dumps(value)


def _check_column(place: str, column: str) -> None:
    if not column.isidentifier() or len(column) > MAX_NAME_LENGTH:
        raise SourceError(
            f"{place}: the column {visible(column)!r} can't name a fact; use letters, digits and "
            f"underscores, a letter first, at most {MAX_NAME_LENGTH}"
        )
    if column in RESERVED:
        raise SourceError(
            f"{place}: a fact can't be called {column!r}, since exports use that name; rename the column"
        )


def _checked(place: str, column: str, value: str) -> str:
    shown = visible(value)
    most = MAX_LABEL_LENGTH if column == LABEL else MAX_VALUE_LENGTH
    if len(shown) > most:
        raise SourceError(f"{place}: {column!r} has {len(shown)} characters; shorten it to at most {most}")
    return shown
