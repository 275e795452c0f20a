"""Making, ending and repeating jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.jobs import queue
from evalsite.jobs.errors import JobStateError
from evalsite.jobs.models import Job


def add_job(*, kind: str, title: str, arguments: dict[str, Any], now: datetime, background: bool) -> Job:
    """Write a job down and, if a worker is to do it, queue it."""
    job = Job.objects.create(kind=kind, title=title[:300], arguments=arguments, created_at=now)
    if background:
        queue.enqueue(job)
    return job


def cancel_job(*, job: Job, now: datetime) -> None:
    """End a job: at once if it waits, at its next step if it runs. To cancel it again changes nothing.

    Raises:
        JobStateError: it has ended in another way.
    """
    ended = {"state": Job.State.CANCELLED, "cancel_requested": True, "finished_at": now}
    if not Job.objects.queued().filter(pk=job.pk).update(**ended):
        Job.objects.running().filter(pk=job.pk).update(cancel_requested=True)
    job.refresh_from_db()
    if not job.cancel_requested:
        raise JobStateError(f"Job {job.pk} is {job.state} already and can't be cancelled; reload the page.")


@transaction.atomic
def retry_job(*, job: Job) -> None:
    """Queue a failed or cancelled job again; it goes on at its progress.

    Raises:
        JobStateError: it is neither failed nor cancelled.
    """
    retried = Job.objects.filter(pk=job.pk, state__in=(Job.State.FAILED, Job.State.CANCELLED)).update(
        state=Job.State.QUEUED, cancel_requested=False, error="", expiries=0, finished_at=None
    )
    job.refresh_from_db()
    if not retried:
        raise JobStateError(f"Job {job.pk} is {job.state}; only a failed or cancelled job can be retried.")
    queue.enqueue(job)
