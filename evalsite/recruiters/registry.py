"""Which recruiters there are: every file of ``catalogue/``, found by its name."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType

from evalsite.recruiters import catalogue
from evalsite.recruiters.errors import MalformedRecruiterError, UnknownRecruiterError
from evalsite.recruiters.protocol import Recruiter


@cache
def recruiters() -> Mapping[str, Recruiter]:
    """Every recruiter by name, in order of name. Raises ``MalformedRecruiterError`` naming the file."""
    stems = sorted(module.name for module in pkgutil.iter_modules(catalogue.__path__))
    return MappingProxyType(
        {stem: load(importlib.import_module(f"{catalogue.__name__}.{stem}")) for stem in stems}
    )


def names() -> list[str]:
    """Names of all recruiters, sorted."""
    return list(recruiters())


def get(name: str) -> Recruiter:
    """The recruiter of that name. Raises ``UnknownRecruiterError`` with the nearest name."""
    try:
        return recruiters()[name]
    except KeyError:
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(names())}"
        raise UnknownRecruiterError(f"no recruiter named {name!r}; {hint}") from None


def load(module: ModuleType) -> Recruiter:
    """The one recruiter that a catalogue file defines. Raises ``MalformedRecruiterError`` naming the file."""
    stem = module.__name__.rpartition(".")[2]
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Recruiter) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise MalformedRecruiterError(
            f"catalogue/{stem}.py defines {len(found)} recruiters; expected one subclass of Recruiter"
        )
    recruiter_class = found[0]
    if missing := sorted(recruiter_class.__abstractmethods__ | _undeclared(recruiter_class)):
        raise MalformedRecruiterError(f"catalogue/{stem}.py lacks {', '.join(missing)}; define them")
    if recruiter_class.name != stem:
        raise MalformedRecruiterError(
            f"catalogue/{stem}.py names its recruiter {recruiter_class.name!r}; expected the file's stem"
        )
    recruiter: Recruiter = recruiter_class()
    return recruiter


def _undeclared(recruiter_class: type[Recruiter]) -> set[str]:
    return {name for name in ("name", "title", "summary") if not hasattr(recruiter_class, name)}
