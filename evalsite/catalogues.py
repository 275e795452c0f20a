"""A folder whose files define one class each, found by the file's stem; no list elsewhere is kept."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType, ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")


class Catalogue(Generic[T]):
    """What a folder's files define, one instance of each class by name.

    Args:
        package: The folder.
        base: What each file defines one concrete subclass of, under its own stem as ``name``.
        noun: What such a thing is called in sentences.
        declared: Attributes that each must have.
        unknown: Raised for a name that nothing has.
        malformed: Raised for a file that can't be right.
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

    @cached_property
    def all(self) -> Mapping[str, T]:
        """Everything by name, sorted. Raises the error for malformed files, naming the file."""
        stems = sorted(module.name for module in pkgutil.iter_modules(self._package.__path__))
        found = {stem: importlib.import_module(f"{self._package.__name__}.{stem}") for stem in stems}
        return MappingProxyType({stem: self.load(module) for stem, module in found.items()})

    def get(self, name: str) -> T:
        """The one of that name. Raises the error for unknown names with the nearest one."""
        try:
            return self.all[name]
        except KeyError:
            near = difflib.get_close_matches(name, self.all, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.all)}."
            raise self._unknown(f"no {self._noun} named {name!r}; {hint}") from None

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
