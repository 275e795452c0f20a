"""A folder whose files define one class each, found by the file's stem; no list elsewhere is kept."""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
import traceback
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType, ModuleType
from typing import Generic, TypeVar

from evalsite.suggestions import did_you_mean

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Catalogue(Generic[T]):
    """What a folder's files define, one instance of each class by name.

    A file that can't be used is a fault: one sentence, which stops none of the others.

    Args:
        package: The folder.
        base: What each file defines one concrete subclass of, under its own stem as ``name``.
        noun: What such a thing is called in sentences.
        declared: Attributes that each must have.
        unknown: Raised for a name that nothing has.
        malformed: Raised for a file that can't be used.
    """

    def __init__(
        self,
        package: ModuleType,
        base: type[T],
        *,
        noun: str,
        declared: tuple[str, ...],
        unknown: type[KeyError],
        malformed: type[TypeError],
    ) -> None:
        self._package, self._base, self._noun, self._declared = package, base, noun, declared
        self._unknown, self._malformed = unknown, malformed

    @property
    def all(self) -> Mapping[str, T]:
        """Everything that can be used by name, sorted."""
        return self._found[0]

    @property
    def faults(self) -> Mapping[str, str]:
        """A sentence on each file that can't be used, by its stem, sorted."""
        return self._found[1]

    def get(self, name: str) -> T:
        """The one of that name.

        Raises the error for malformed files with the sentence on the file, or the one for unknown names with
        the nearest name.
        """
        if name in self.faults:
            raise self._malformed(self.faults[name])
        if name not in self.all:
            raise self._unknown(f"no {self._noun} named {name!r}; {did_you_mean(name, self.all)}")
        return self.all[name]

    def load(self, module: ModuleType) -> T:
        """The one thing that a file defines. Raises the error for malformed files, naming the file."""
        stem = module.__name__.rpartition(".")[2]
        own = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, self._base)
            and value.__module__ == module.__name__
        ]
        if len(own) != 1:
            raise self._malformed(
                f"catalogue/{stem}.py defines {len(own)} {self._noun}s; "
                f"expected one subclass of {self._base.__name__}"
            )
        self._check(own[0], stem)
        made: T = own[0]()
        return made

    @cached_property
    def _found(self) -> tuple[Mapping[str, T], Mapping[str, str]]:
        """What can be used, and the faults; read once, so that a fault is in the log once."""
        sound, faults = {}, {}
        for stem in sorted(module.name for module in pkgutil.iter_modules(self._package.__path__)):
            try:
                sound[stem] = self._read(stem)
            except self._malformed as error:
                faults[stem] = str(error)
                logger.error("%s", error)
        return MappingProxyType(sound), MappingProxyType(faults)

    def _read(self, stem: str) -> T:
        module = f"{self._package.__name__}.{stem}"
        try:
            return self.load(importlib.import_module(module))
        except self._malformed:
            raise
        except (Exception, SystemExit) as error:
            path = f"{module.replace('.', '/')}.py"
            raise self._malformed(
                f"{path} can't be used: {_cause(error, path)}. Mend or remove the file."
            ) from error

    def _check(self, found: type, stem: str) -> None:
        undeclared = {name for name in self._declared if not hasattr(found, name)}
        if missing := sorted(undeclared | getattr(found, "__abstractmethods__", frozenset())):
            raise self._malformed(
                f"catalogue/{stem}.py: {found.__name__} lacks {', '.join(missing)}; define them"
            )
        if (name := getattr(found, "name", "")) != stem:
            raise self._malformed(
                f"catalogue/{stem}.py names its {self._noun} {name!r}; the name must be the file's stem"
            )


def _cause(error: BaseException, path: str) -> str:
    """The kind of error, what it says, and the line of the file that it comes from."""
    said = " ".join(str(error).split()).rstrip(".")
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(path)]
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{': ' if said else ''}{said}{place}"
