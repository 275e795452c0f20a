"""Which tasks there are: every file of ``catalogue/``, found by its name."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from evalsite.tasks import catalogue
from evalsite.tasks.errors import MalformedTaskError, UnknownTaskError
from evalsite.tasks.protocol import Task


@cache
def tasks() -> Mapping[str, Task[Any]]:
    """Every task of the catalogue by name, sorted. Raises ``MalformedTaskError`` naming the file."""
    stems = sorted(module.name for module in pkgutil.iter_modules(catalogue.__path__))
    return MappingProxyType(
        {stem: load(importlib.import_module(f"{catalogue.__name__}.{stem}")) for stem in stems}
    )


def names() -> list[str]:
    """Names of all tasks, sorted."""
    return list(tasks())


def get(name: str) -> Task[Any]:
    """The task of that name. Raises ``UnknownTaskError`` with the nearest name."""
    try:
        return tasks()[name]
    except KeyError:
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names())}."
        raise UnknownTaskError(f"no task named {name!r}; {hint}") from None


def load(module: ModuleType) -> Task[Any]:
    """The one task that a catalogue file defines. Raises ``MalformedTaskError`` naming the file."""
    stem = module.__name__.rpartition(".")[2]
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Task) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise MalformedTaskError(
            f"catalogue/{stem}.py defines {len(found)} tasks; expected one subclass of Task"
        )
    task_class = found[0]
    if missing := sorted(task_class.__abstractmethods__ | _undeclared(task_class)):
        raise MalformedTaskError(
            f"catalogue/{stem}.py: {task_class.__name__} lacks {', '.join(missing)}; define them"
        )
    if task_class.name != stem:
        raise MalformedTaskError(
            f"catalogue/{stem}.py names its task {task_class.name!r}; the name must be the file's stem"
        )
    task: Task[Any] = task_class()
    return task


def _undeclared(task_class: type[Task[Any]]) -> set[str]:
    return {
        name
        for name in ("name", "title", "summary", "columns", "quantities", "Params")
        if not hasattr(task_class, name)
    }
