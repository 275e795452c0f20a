"""Catalogue folders: one file per named thing, found by its stem."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from metrics.errors import InvalidMetricError, UnknownNameError

Entry = TypeVar("Entry")


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that nothing has, with the likeliest meant one.

    Args:
        kind: what was looked for, such as "metric".
        name: what was asked for.
        known: the names that exist.
    """
    names = sorted(known)
    small = {one.lower(): one for one in names}
    close = difflib.get_close_matches(name.lower(), small, n=3, cutoff=0.5)
    # Letters in another order are likelier a slip than another letter; a stable sort keeps the rest in order.
    close.sort(key=lambda one: sorted(one) != sorted(name.lower()))
    hint = f"did you mean {small[close[0]]!r}?" if close else f"known: {', '.join(names) or 'none'}."
    return UnknownNameError(f"No {kind} named {name!r}; {hint}")


class Catalogue(Generic[Entry]):
    """The things registered by the files of one folder, imported at the first look-up.

    Args:
        kind: what an entry is, for messages.
        package: dotted name of the folder.
    """

    def __init__(self, kind: str, package: str) -> None:
        self._kind = kind
        self._package = package
        self._entries: dict[str, Entry] = {}
        self._complete = False

    def add(self, name: str, entry: Entry, module: str) -> None:
        """Take in an entry.

        Args:
            name: its name, which must be the stem of its file.
            entry: what is registered.
            module: dotted name of the module that registers it.

        Raises:
            InvalidMetricError: the stem is another, or the name is taken.
        """
        stem = module.rpartition(".")[2]
        if module.startswith(self._package + ".") and stem != name:
            raise InvalidMetricError(
                f"{stem}.py registers the {self._kind} {name!r}, "
                "but a file's stem is its name: rename one of them."
            )
        if name in self._entries:
            raise InvalidMetricError(
                f"{module} registers the {self._kind} {name!r} a second time; choose another name."
            )
        self._entries[name] = entry

    def remove(self, name: str) -> None:
        """Forget an entry, as tests do with the ones they add."""
        del self._entries[name]

    def get(self, name: str) -> Entry:
        """The entry of this name.

        Raises:
            UnknownNameError: there is none; the message suggests a close one.
        """
        self._discover()
        if name not in self._entries:
            raise unknown_name(self._kind, name, self._entries)
        return self._entries[name]

    def names(self) -> list[str]:
        """All names, sorted."""
        self._discover()
        return sorted(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return (self._entries[name] for name in self.names())

    def _discover(self) -> None:
        if self._complete:
            return
        folder = importlib.import_module(self._package)
        for found in pkgutil.iter_modules(folder.__path__):
            importlib.import_module(f"{self._package}.{found.name}")
            if found.name not in self._entries:
                raise InvalidMetricError(
                    f"{found.name}.py registers no {self._kind}; register one with name={found.name!r}."
                )
        self._complete = True
