"""Chainable reads of jobs and metric runs."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models


class JobQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Jobs by where they stand."""

    def queued(self) -> Self:
        """Jobs that wait for a worker."""
        return self.filter(state="queued")

    def running(self) -> Self:
        """Jobs that some worker holds."""
        return self.filter(state="running")

    def unfinished(self) -> Self:
        """Jobs that still have work to do."""
        return self.filter(state__in=("queued", "running"))

    def inspecting(self, checkpoint_id: int) -> Self:
        """Jobs that look inside a checkpoint."""
        return self.filter(kind="inspection", arguments__checkpoint=checkpoint_id)

    def sampling(self, checkpoint_id: int, count: int, seed: int, name: str) -> Self:
        """Jobs that draw this very sample set."""
        asked = {"checkpoint": checkpoint_id, "count": count, "seed": seed, "name": name}
        return self.filter(kind="sampling", arguments=asked)

    def expired(self, now: datetime) -> Self:
        """Running jobs whose worker has not renewed its lease in time."""
        return self.running().filter(lease_until__lt=now)

    def held(self, job_id: int, attempt: int) -> Self:
        """The job, if this attempt still holds it: every write of a worker goes through here."""
        return self.running().filter(pk=job_id, attempt=attempt)


class MetricRunQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Metric runs by where their values come from."""

    def computed(self) -> Self:
        """Runs measured here."""
        return self.filter(provenance={})

    def imported(self) -> Self:
        """Runs whose values were measured elsewhere."""
        return self.exclude(provenance={})
