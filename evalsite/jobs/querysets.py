"""Chainable reads of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models


class JobQuerySet(models.QuerySet[Any]):
    """Jobs by where they stand and what they do."""

    def queued(self) -> Self:
        """Jobs that wait for a worker."""
        return self.filter(state="queued")

    def running(self) -> Self:
        """Jobs that some worker holds."""
        return self.filter(state="running")

    def unfinished(self) -> Self:
        """Jobs that still have work to do."""
        return self.filter(state__in=("queued", "running"))

    def of_kind(self, kind: str, **arguments: Any) -> Self:
        """Jobs of a kind whose arguments have these values, whatever their other arguments are."""
        return self.filter(kind=kind, **{f"arguments__{name}": value for name, value in arguments.items()})

    def expired(self, now: datetime) -> Self:
        """Running jobs whose worker has not renewed its lease in time."""
        return self.running().filter(lease_until__lt=now)

    def held(self, job_id: int, attempt: int) -> Self:
        """The job, if this attempt still holds it: every write of a worker goes through here."""
        return self.running().filter(pk=job_id, attempt=attempt)
