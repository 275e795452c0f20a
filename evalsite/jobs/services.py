"""Making, ending and repeating jobs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.jobs import queue
from evalsite.jobs.errors import JobStateError
from evalsite.jobs.models import Job

ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def add_job(*, kind: str, title: str, arguments: dict[str, Any], now: datetime, background: bool) -> Job:
    """Write a job down and, if a worker is to do it, queue it."""
    job = Job.objects.create(kind=kind, title=title[:300], arguments=arguments, created_at=now)
    if background:
        queue.enqueue(job)
    return job


@transaction.atomic
def request_job(*, kind: str, title: str, arguments: dict[str, Any], now: datetime) -> None:
    """Have work done after now that many ask for: one that waits is enough, one that has ended goes again.

    One that runs may have passed what is asked for, so another is queued behind it.
    """
    same = Job.objects.filter(kind=kind, arguments=arguments)
    if same.queued().exists():
        return
    ended = same.exclude(state=Job.State.RUNNING).order_by("-pk").first()
    if ended is None:
        add_job(kind=kind, title=title, arguments=arguments, now=now, background=True)
    elif _requeue(ended, from_states=ENDED):
        queue.enqueue(ended)


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
    retried = _requeue(job, from_states=(Job.State.FAILED, Job.State.CANCELLED))
    if not retried:
        raise JobStateError(f"Job {job.pk} is {job.state}; only a failed or cancelled job can be retried.")
    queue.enqueue(job)


def _requeue(job: Job, *, from_states: Collection[str]) -> bool:
    """Let an ended job wait again; False if it is in none of these states by now."""
    requeued = Job.objects.filter(pk=job.pk, state__in=from_states).update(
        state=Job.State.QUEUED, cancel_requested=False, error="", expiries=0, finished_at=None
    )
    job.refresh_from_db()
    return bool(requeued)
