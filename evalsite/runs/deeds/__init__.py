"""What a background job can do: one file a kind, found by its stem, each with a function ``carry_out``.

Files are imported when a worker needs them, never by a web process: some of them load torch.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from evalsite.runs.errors import unknown_name
from evalsite.runs.lease import Lease
from evalsite.runs.models import Job

Deed = Callable[[Job, Lease], None]
"""carry_out(job, lease) goes on at the job's checkpoint and calls ``lease.finish`` with its last write."""


def names() -> list[str]:
    """All kinds of jobs, sorted."""
    return sorted(module.name for module in iter_modules(__path__))


def get(kind: str) -> Deed:
    """The deed of this kind.

    Raises:
        UnknownNameError: there is none.
    """
    if kind not in names():
        raise unknown_name("kind of job", kind, names())
    return cast(Deed, import_module(f"{__name__}.{kind}").carry_out)
