"""Background work: one row a job, with the lease of the worker that does it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from evalsite.jobs.querysets import JobQuerySet


class Job(models.Model):
    """A piece of background work that survives its worker: the holder of the lease does it."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    kind = models.CharField(max_length=20, help_text="Name of a file in a room's folder job_kinds.")
    title = models.CharField(max_length=300, help_text="What is done, in words.")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(
        default=0,
        help_text="How often a worker took it up; a worker of an earlier attempt can change nothing more.",
    )
    expiries = models.PositiveSmallIntegerField(
        default=0, help_text="Workers that vanished since the last step done."
    )
    lease_owner = models.CharField("worker", max_length=80, blank=True, help_text="Its machine and process.")
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict, help_text="Where the next attempt goes on.")
    done_units = models.PositiveIntegerField(default=0)
    total_units = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True, help_text="The row that came of it: model and key.")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "lease_until"], name="job_reaping")]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.pk}"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def share(self) -> float:
        """Part of the work done, from 0 to 1."""
        if self.state == self.State.DONE:
            return 1.0
        return min(1.0, self.done_units / self.total_units) if self.total_units else 0.0
