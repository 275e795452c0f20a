"""What people type of a state dict, read; what it means is the worker's to judge."""

from __future__ import annotations

import json
import re

from evalsite.runs.errors import InvalidRequestError

MAX_LENGTH = 4000
MAX_SETTINGS = 60
_SHAPE = re.compile(r"\s*(\d{1,5})\s*[x×,]\s*(\d{1,5})\s*[x×,]\s*(\d{1,5})\s*")
_SHOWN = 80


def read_settings(text: str) -> dict[str, str]:
    """Settings by name, as words: one ``name=value`` a line, or a JSON object of plain values.

    Raises:
        InvalidRequestError: of another form, or too many.
    """
    found = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text)
    if len(found) > MAX_SETTINGS:
        raise InvalidRequestError(f"{len(found)} settings were given; no model has more than {MAX_SETTINGS}.")
    return found


def read_shape(text: str) -> list[int]:
    """Channels, height, width of ``3x32x32``; nothing of an empty text.

    Raises:
        InvalidRequestError: of another form.
    """
    if not text.strip():
        return []
    match = _SHAPE.fullmatch(text)
    sides = [int(side) for side in match.groups()] if match else []
    if not sides or 0 in sides:
        raise InvalidRequestError(
            f"{text[:_SHOWN]!r} is not channels, height and width; write them as 3x32x32."
        )
    return sides


def _from_lines(text: str) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise InvalidRequestError(f"{line[:_SHOWN]!r} is not of the form name=value, such as width=32.")
        found[name] = value
    return found


def _from_json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(
            f"The settings begin like JSON and are none ({error}); write one name=value a line instead."
        ) from error
    for name, value in found.items():
        if not isinstance(value, str | int | float):
            raise InvalidRequestError(f"The setting {name[:_SHOWN]!r} is no number, word or truth; give one.")
    return {name: _word(value) for name, value in found.items()}


def _word(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
