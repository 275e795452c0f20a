"""One attempt at a job, from claim to end."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evalsite.jobs import kinds
from evalsite.jobs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.jobs.lease import Clock, Lease, Listener, Renewal, claim
from evalsite.jobs.models import Job

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
        observe: called with all that the job tells.

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
        KeyboardInterrupt: after marking the job cancelled, since Ctrl-C means that the work is to end.
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
        kinds.get(job.kind)(job, lease)
    except LeaseLostError:
        raise
    except WorkerStoppingError:
        lease.give_back()
    except JobCancelledError:
        lease.cancel()
    except KeyboardInterrupt:
        lease.cancel()
        raise
    except SystemExit:  # a command that was sent SIGTERM: another process may go on with the job at once
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
    """The sentence that a user reads about a failure; the traceback stays in the worker's log.

    Errors of this project say what to do; of any other only its kind and first line are shown.
    """
    if _ours(error):
        return str(error)
    first_line = (str(error).splitlines() or [""])[0][:300]
    return (
        f"The job failed unexpectedly ({type(error).__name__}: {first_line}); retry it, "
        f"or look for 'job {job_id}' in the worker's log."
    )
