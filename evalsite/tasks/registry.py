"""Which tasks there are: every file of ``catalogue/``, found by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from evalsite.catalogues import Catalogue
from evalsite.tasks import catalogue
from evalsite.tasks.errors import MalformedTaskError, UnknownTaskError
from evalsite.tasks.protocol import Task

_TASKS = Catalogue[Task[Any]](
    catalogue,
    Task,
    noun="task",
    declared=("name", "title", "summary", "columns", "quantities", "Params"),
    unknown=UnknownTaskError,
    malformed=MalformedTaskError,
)


def tasks() -> Mapping[str, Task[Any]]:
    """Every task of the catalogue that can be used, by name, sorted."""
    return _TASKS.all


def faults() -> Mapping[str, str]:
    """A sentence on each file of the catalogue that can't be used, by its stem."""
    return _TASKS.faults


def names() -> list[str]:
    """Names of all tasks that can be used, sorted."""
    return list(tasks())


def get(name: str) -> Task[Any]:
    """The task of that name.

    Raises ``UnknownTaskError`` with the nearest name, or ``MalformedTaskError`` if its file can't be used.
    """
    return _TASKS.get(name)


def load(module: ModuleType) -> Task[Any]:
    """The one task that a catalogue file defines. Raises ``MalformedTaskError`` naming the file."""
    return _TASKS.load(module)
