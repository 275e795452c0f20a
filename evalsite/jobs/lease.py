"""The right to work on a job: claimed, renewed, and checked by every write.

A worker that vanishes leaves its job running; when the lease runs out another may take the job up. A worker
that only stalled may come back and find that: its attempt number is no longer the job's, so none of its
writes match a row (fencing). Correctness rests on the attempt number alone; clocks only decide how soon a
job is taken up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import OperationalError, connection, transaction
from django.db.models import F

from evalsite.jobs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.jobs.models import Job

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Listener = Callable[[int, int, str], None]
"""Called with the units done, the units in total, and a few words."""

TELL_EVERY = timedelta(seconds=0.5)
MESSAGE_LENGTH = 200


class Lease:
    """One attempt at a job: all that its kind may write to the job.

    Args:
        job_id: the job.
        attempt: the number that `claim` gave this attempt.
        clock: tells the time, aware of its zone.
        duration: how long the lease lasts without a renewal.
        stop: set when this process is asked to end.
        observe: called with all that `tell` is given, for a command's progress bar.
    """

    def __init__(
        self,
        job_id: int,
        attempt: int,
        *,
        clock: Clock,
        duration: timedelta,
        stop: threading.Event,
        observe: Listener | None = None,
    ) -> None:
        self.job_id = job_id
        self.attempt = attempt
        self.duration = duration
        self._clock = clock
        self._stop = stop
        self._observe = observe
        self._until = clock() + duration
        self._told_at = clock() - TELL_EVERY
        self._lost = threading.Event()

    def check(self) -> None:
        """Ask whether to go on.

        Raises:
            LeaseLostError: another attempt holds the job, or the lease could not be renewed in time.
            WorkerStoppingError: this process is asked to end.
        """
        if self._lost.is_set() or self._clock() > self._until:
            raise LeaseLostError(
                f"job {self.job_id}: the lease of attempt {self.attempt} is lost; leave it alone"
            )
        if self._stop.is_set():
            raise WorkerStoppingError(f"job {self.job_id}: this worker ends; the next one goes on")

    def renew(self) -> None:
        """Hold the job for another lease's length; raises `LeaseLostError` if it is no longer held."""
        until = self._clock() + self.duration
        self._write(lease_until=until)
        self._until = until

    def tell(self, done: int, total: int, message: str = "") -> None:
        """Tell how far the work is, and learn whether to go on. The row is written at most twice a second.

        Raises:
            LeaseLostError: as `check`.
            WorkerStoppingError: as `check`.
            JobCancelledError: a user asked for the end.
        """
        if self._observe:
            self._observe(done, total, message)
        self.check()
        now = self._clock()
        if now - self._told_at < TELL_EVERY and done < total:
            return
        self._told_at = now
        self._write(done_units=done, total_units=total, message=message[:MESSAGE_LENGTH])
        if self._held().filter(cancel_requested=True).exists():
            raise JobCancelledError(f"job {self.job_id} was cancelled")

    def save_progress(self, progress: dict[str, Any]) -> None:
        """Remember a step done, from which the next attempt goes on."""
        self._write(progress=progress, expiries=0)

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction that holds the job's row, for writes that must not come from a lost lease.

        Raises:
            LeaseLostError: before anything is written.
        """
        with transaction.atomic():
            self._write(expiries=0, lease_until=self._clock() + self.duration)
            yield

    def finish(self, result: dict[str, Any]) -> None:
        """Mark the job done. Its kind calls this inside the transaction of its last write."""
        self._end(state=Job.State.DONE, result=result, progress={}, message="", done_units=F("total_units"))

    def fail(self, error: str) -> None:
        """Mark the job failed, with a sentence for its user."""
        self._end(state=Job.State.FAILED, error=error)

    def cancel(self) -> None:
        """Mark the job cancelled."""
        self._end(state=Job.State.CANCELLED)

    def give_back(self) -> None:
        """Return the job to the queue and keep its progress."""
        self._write(state=Job.State.QUEUED, lease_owner="", lease_until=None)

    def _end(self, **fields: Any) -> None:
        self._write(lease_owner="", lease_until=None, finished_at=self._clock(), **fields)

    def _write(self, **fields: Any) -> None:
        if not self._held().update(**fields):
            self._lost.set()
            raise LeaseLostError(
                f"job {self.job_id}: attempt {self.attempt} holds it no longer; nothing was written"
            )

    def _held(self) -> Any:
        return Job.objects.held(self.job_id, self.attempt)


def claim(job_id: int, attempt: int, *, owner: str, now: datetime, duration: timedelta) -> int | None:
    """Take up a queued job.

    Args:
        job_id: the job.
        attempt: number of attempts made when it was queued: a stale queue entry names an older one.
        owner: who takes it, for people to read.
        now: the time.
        duration: how long the lease lasts without a renewal.

    Returns:
        The number of this attempt, or None if the job is not there to be taken.
    """
    taken = Job.objects.queued().filter(pk=job_id, attempt=attempt).update(
        state=Job.State.RUNNING,
        attempt=attempt + 1,
        lease_owner=owner[:80],
        lease_until=now + duration,
        started_at=now,
    )  # fmt: skip
    return attempt + 1 if taken else None


class Renewal:
    """Renews a lease, from a thread and a database connection of its own, while the block runs."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{lease.job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._ended.wait(self._lease.duration.total_seconds() / 3):
                try:
                    self._lease.renew()
                except LeaseLostError:
                    return
                except OperationalError:
                    # The database may be back before the lease runs out; if not, `check` stops the work.
                    logger.warning(
                        "job %s: the lease could not be renewed", self._lease.job_id, exc_info=True
                    )
        finally:
            connection.close()
