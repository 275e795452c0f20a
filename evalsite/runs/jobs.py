"""A job's one attempt from claim to end, and the reaper that finds what vanished workers left."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from evalsite.runs import deeds
from evalsite.runs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.runs.lease import Clock, Lease, Listener, Renewal, claim
from evalsite.runs.models import Job

logger = logging.getLogger(__name__)

STOP = threading.Event()
"""Set when this process is asked to end: jobs go back to the queue at their next step."""

OUR_PACKAGES = {"evalsite", "metrics", "ganmodels"}


def lease_duration() -> timedelta:
    """How long a worker may be silent before its job is given to another."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def owner_name() -> str:
    """This process, for people to read."""
    return f"{socket.gethostname()}:{os.getpid()}"


def perform(job_id: int, attempt: int) -> Job | None:
    """Take up a queued job and carry it out as far as it goes.

    Args:
        job_id: the job.
        attempt: number of attempts made when it was queued.

    Returns:
        The job as it stands afterwards (queued, if given back), or None if it was not there to be taken.
    """
    lease = take(job_id, attempt)
    if lease is None:
        logger.info("job %s, attempt %s: taken by another or finished; nothing to do", job_id, attempt + 1)
        return None
    return carry_out(lease)


def take(
    job_id: int,
    attempt: int,
    *,
    clock: Clock = timezone.now,
    stop: threading.Event = STOP,
    observe: Listener | None = None,
) -> Lease | None:
    """Take up a queued job.

    Args:
        job_id: the job.
        attempt: number of attempts made when it was queued.
        clock: tells the time.
        stop: set when the work is to end early and go back to the queue.
        observe: told of all progress.

    Returns:
        The right to work on it, or None if it was not there to be taken.
    """
    duration = lease_duration()
    mine = claim(job_id, attempt, owner=owner_name(), now=clock(), duration=duration)
    if mine is None:
        return None
    return Lease(job_id, mine, clock=clock, duration=duration, stop=stop, observe=observe)


def carry_out(lease: Lease) -> Job:
    """Do the job of a lease as far as it goes; whatever goes wrong becomes the job's state.

    Raises:
        KeyboardInterrupt: after marking the job cancelled: who interrupts a command wants its work to end.
    """
    try:
        with Renewal(lease):
            _carry_out(lease)
    except LeaseLostError:
        logger.warning("job %s: attempt %s lost its lease and stops", lease.job_id, lease.attempt)
    return Job.objects.get(pk=lease.job_id)


def _carry_out(lease: Lease) -> None:
    job = Job.objects.get(pk=lease.job_id)
    try:
        deeds.get(job.kind)(job, lease)
    except LeaseLostError:
        raise
    except WorkerStoppingError:
        lease.give_back()
    except JobCancelledError:
        lease.cancel()
    except KeyboardInterrupt:
        lease.cancel()
        raise
    except SystemExit:  # a command that was sent SIGTERM: somebody may go on with it at once
        lease.give_back()
        raise
    except Exception as error:
        said = sentence_for(error, job.pk)
        trace = None if _ours(error) else error
        logger.error(
            "job %s (%s), attempt %s failed: %s", job.pk, job.title, lease.attempt, said, exc_info=trace
        )
        lease.fail(said)


def _ours(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in OUR_PACKAGES


def sentence_for(error: Exception, job_id: int) -> str:
    """What a user is told of a failure; the traceback stays in the worker's log.

    Errors of this project say what to do; of any other only its kind and first line are shown.
    """
    if _ours(error):
        return str(error)
    first_line = (str(error).splitlines() or [""])[0][:300]
    return (
        f"The job failed unexpectedly ({type(error).__name__}: {first_line}); retry it, "
        f"or look for 'job {job_id}' in the worker's log."
    )


def reap(*, now: datetime, enqueue: Callable[[Job], None], waiting: Callable[[], set[int]]) -> list[Job]:
    """Find the jobs that vanished workers left behind, and queue or end them.

    Args:
        now: the time.
        enqueue: puts a queued job in front of the workers.
        waiting: ids of the jobs that are in front of the workers already.

    Returns:
        The jobs whose leases had run out, as they stand now.
    """
    reaped = [job for job in Job.objects.expired(now) if _reap_one(job, now)]
    known = waiting()
    for job in Job.objects.queued():
        # Also those whose queue entry died with a worker that had not claimed them yet. One entry
        # too many does no harm: only one of them can claim the job.
        if job.pk not in known:
            enqueue(job)
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
    reaped = (
        Job.objects.held(job.pk, job.attempt).filter(lease_until__lt=now).update(expiries=expiries, **fields)
    )
    if reaped:
        logger.warning("job %s: the lease of %s ran out; now %s", job.pk, job.lease_owner, fields["state"])
        job.refresh_from_db()
    return bool(reaped)
