"""Catalogue folders: one file per named thing, found by its stem."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import traceback
from collections.abc import Iterable, Iterator, Mapping
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

    A file that can't be used is a fault: one sentence, which stops none of the others.

    Args:
        kind: what an entry is, for messages.
        package: dotted name of the folder.
    """

    def __init__(self, kind: str, package: str) -> None:
        self._kind = kind
        self._package = package
        self._entries: dict[str, Entry] = {}
        self._modules: dict[str, str] = {}
        self._faults: dict[str, str] = {}
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
                f"{module} registers the {self._kind} {name!r} a second time, after {self._modules[name]}; "
                "choose another name."
            )
        self._entries[name], self._modules[name] = entry, module

    def remove(self, name: str) -> None:
        """Forget an entry, as tests do with the ones they add."""
        del self._entries[name], self._modules[name]

    def get(self, name: str) -> Entry:
        """The entry of this name.

        Raises:
            UnknownNameError: there is none; the message suggests a close one.
            InvalidMetricError: its file can't be used; the message says why.
        """
        if name in self.faults:
            raise InvalidMetricError(self.faults[name])
        if name not in self._entries:
            raise unknown_name(self._kind, name, self.names())
        return self._entries[name]

    def has(self, name: str) -> bool:
        """Whether something has this name, be it a file that can't be used."""
        return name in self.faults or name in self._entries

    def names(self) -> list[str]:
        """The names of all that can be used, sorted."""
        return sorted(self._entries.keys() - self.faults.keys())

    @property
    def faults(self) -> Mapping[str, str]:
        """A sentence on each file that can't be used, by its stem, sorted."""
        self._discover()
        return self._faults

    def __iter__(self) -> Iterator[Entry]:
        return (self._entries[name] for name in self.names())

    def _discover(self) -> None:
        if self._complete:
            return
        folder = importlib.import_module(self._package)
        for stem in sorted(found.name for found in pkgutil.iter_modules(folder.__path__)):
            try:
                self._read(stem)
            except InvalidMetricError as error:
                self._faults[stem] = str(error)
                self._forget(f"{self._package}.{stem}")
        self._complete = True

    def _read(self, stem: str) -> None:
        module = f"{self._package}.{stem}"
        try:
            importlib.import_module(module)
        except InvalidMetricError:
            raise
        except (Exception, SystemExit) as error:
            path = f"{module.replace('.', '/')}.py"
            raise InvalidMetricError(
                f"{path} can't be used: {_cause(error, path)}. Mend or remove the file."
            ) from error
        if stem not in self._entries:
            raise InvalidMetricError(f"{stem}.py registers no {self._kind}; register one with name={stem!r}.")

    def _forget(self, module: str) -> None:
        """Take out what a file had registered before it failed."""
        for name in [name for name, registered_by in self._modules.items() if registered_by == module]:
            self.remove(name)


def _cause(error: BaseException, path: str) -> str:
    """The kind of error, what it says, and the line of the file that it comes from."""
    said = " ".join(str(error).split()).rstrip(".")
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(path)]
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{': ' if said else ''}{said}{place}"
