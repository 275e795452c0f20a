"""Finding the jobs that vanished workers left behind."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from evalsite.jobs import queue
from evalsite.jobs.models import Job

logger = logging.getLogger(__name__)


def reap(*, now: datetime) -> list[Job]:
    """Return the jobs of vanished workers to the queue, or end them.

    Args:
        now: the time.

    Returns:
        The jobs whose leases had run out, as they stand now.
    """
    reaped = [job for job in Job.objects.expired(now) if _reap_one(job, now)]
    waiting = queue.waiting()
    for job in Job.objects.queued():
        # Also those whose queue entry died with a worker that had not claimed them yet. One entry
        # too many does no harm: only one of them can claim the job.
        if job.pk not in waiting:
            queue.enqueue(job)
    return reaped


def _reap_one(job: Job, now: datetime) -> bool:
    ended = {"lease_owner": "", "lease_until": None, "finished_at": now}
    fields: dict[str, object]
    expiries = job.expiries + 1
    if job.cancel_requested:
        fields = {**ended, "state": Job.State.CANCELLED}
    elif expiries >= settings.JOB_EXPIRIES:
        error = (
            f"The worker vanished {expiries} times at the same step (killed, or out of memory?); "
            "look at the worker's log, then retry the job."
        )
        fields = {**ended, "state": Job.State.FAILED, "error": error}
    else:
        fields = {"state": Job.State.QUEUED, "lease_owner": "", "lease_until": None}
    held = Job.objects.held(job.pk, job.attempt).filter(lease_until__lt=now)
    with transaction.atomic():  # the old entry is closed before any worker can open a new one
        reaped = held.update(expiries=expiries, **fields)
        if reaped:
            queue.close_entries(job, now=now)
    if reaped:
        logger.warning("job %s: the lease of %s ran out; now %s", job.pk, job.lease_owner, fields["state"])
        job.refresh_from_db()
    return bool(reaped)
