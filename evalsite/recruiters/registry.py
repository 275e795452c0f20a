"""Which recruiters there are: every file of ``catalogue/``, found by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from evalsite.catalogues import Catalogue
from evalsite.recruiters import catalogue
from evalsite.recruiters.errors import MalformedRecruiterError, UnknownRecruiterError
from evalsite.recruiters.protocol import Recruiter

_RECRUITERS = Catalogue[Recruiter](
    catalogue,
    Recruiter,
    noun="recruiter",
    declared=("name", "title", "summary"),
    unknown=UnknownRecruiterError,
    malformed=MalformedRecruiterError,
)


def recruiters() -> Mapping[str, Recruiter]:
    """Every recruiter of the catalogue that can be used, by name, sorted."""
    return _RECRUITERS.all


def faults() -> Mapping[str, str]:
    """A sentence on each file of the catalogue that can't be used, by its stem."""
    return _RECRUITERS.faults


def names() -> list[str]:
    """Names of all recruiters that can be used, sorted."""
    return list(recruiters())


def get(name: str) -> Recruiter:
    """The recruiter of that name.

    Raises ``UnknownRecruiterError`` with the nearest name, or ``MalformedRecruiterError`` if its file can't
    be used.
    """
    return _RECRUITERS.get(name)


def load(module: ModuleType) -> Recruiter:
    """The one recruiter that a catalogue file defines. Raises ``MalformedRecruiterError`` naming the file."""
    return _RECRUITERS.load(module)
