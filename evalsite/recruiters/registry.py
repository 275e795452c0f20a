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
    """Every recruiter by name, in order of name. Raises ``MalformedRecruiterError`` naming the file."""
    return _RECRUITERS.all


def names() -> list[str]:
    """Names of all recruiters, sorted."""
    return list(recruiters())


def get(name: str) -> Recruiter:
    """The recruiter of that name. Raises ``UnknownRecruiterError`` with the nearest name."""
    return _RECRUITERS.get(name)


def load(module: ModuleType) -> Recruiter:
    """The one recruiter that a catalogue file defines. Raises ``MalformedRecruiterError`` naming the file."""
    return _RECRUITERS.load(module)
