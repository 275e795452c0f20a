"""The kinds of jobs: every file `job_kinds/<name>.py` of a room of the site, found by its name.

A file is imported only when a worker or a command carries out such a job, never by a web process: some of
them load torch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from django.apps import apps

from evalsite.jobs.errors import DuplicateJobKindError, UnknownJobKindError
from evalsite.jobs.lease import Lease
from evalsite.jobs.models import Job
from evalsite.suggestions import did_you_mean

CarryOut = Callable[[Job, Lease], None]
"""`carry_out(job, lease)` goes on at `job.progress` and calls `lease.finish` with its last write."""

FOLDER = "job_kinds"


def names() -> list[str]:
    """All kinds of jobs, sorted; no file is imported."""
    return sorted(_rooms_by_kind())


def get(kind: str) -> CarryOut:
    """Import the file of this kind and return its `carry_out`.

    Raises:
        UnknownJobKindError: no room has such a file.
        DuplicateJobKindError: two rooms have one.
    """
    rooms = _rooms_by_kind()
    if kind not in rooms:
        raise UnknownJobKindError(f"No kind of job named {kind!r}; {did_you_mean(kind, sorted(rooms))}")
    if len(rooms[kind]) > 1:
        files = " and ".join(f"{room.replace('.', '/')}/{FOLDER}/{kind}.py" for room in rooms[kind])
        raise DuplicateJobKindError(f"{files} are both the job kind {kind!r}; rename one of the files.")
    return cast(CarryOut, import_module(f"{rooms[kind][0]}.{FOLDER}.{kind}").carry_out)


def _rooms_by_kind() -> dict[str, list[str]]:
    """Names of the rooms that have a file of each kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for room in apps.get_app_configs():
        if room.name.startswith("evalsite."):
            for file in iter_modules([str(Path(room.path) / FOLDER)]):
                found[file.name].append(room.name)
    return found
