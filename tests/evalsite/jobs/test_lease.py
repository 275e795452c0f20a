"""Leases on their own: claimed once, fenced, renewed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from evalsite.jobs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.jobs.lease import Clock, Lease, claim
from evalsite.jobs.models import Job
from evalsite.jobs.reaping import reap

DURATION = timedelta(seconds=30)


@pytest.fixture
def job(db, make_counting_job) -> Job:
    return make_counting_job(until=4)


def take(job: Job, clock: Clock, attempt: int = 0, stop: threading.Event | None = None) -> Lease:
    mine = claim(job.pk, attempt, owner="me", now=clock(), duration=DURATION)
    assert mine is not None
    return Lease(job.pk, mine, clock=clock, duration=DURATION, stop=stop or threading.Event())


def test_a_job_is_claimed_once(job, clock):
    take(job, clock)
    assert claim(job.pk, 0, owner="other", now=clock(), duration=DURATION) is None
    assert claim(job.pk, 1, owner="other", now=clock(), duration=DURATION) is None


def test_a_stale_queue_entry_claims_nothing(job, clock):
    lease = take(job, clock)
    lease.give_back()
    assert claim(job.pk, 0, owner="stale", now=clock(), duration=DURATION) is None
    assert claim(job.pk, 1, owner="next", now=clock(), duration=DURATION) == 2


def test_no_write_of_a_stalled_worker_lands(job, clock):
    stalled = take(job, clock)
    stalled.save_progress({"next": 1})
    clock.move(31)
    reap(now=clock())
    other = take(job, clock, attempt=1)
    other.save_progress({"next": 2})

    writes = [
        lambda: stalled.save_progress({"next": 1}),
        lambda: stalled.finish({"of": "the stalled"}),
        lambda: stalled.fail("of the stalled"),
        stalled.cancel,
        stalled.give_back,
        stalled.renew,
        lambda: stalled.tell(4, 4),
        lambda: stalled.fenced().__enter__(),
    ]
    for write in writes:
        with pytest.raises(LeaseLostError):
            write()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.progress, job.error) == (Job.State.RUNNING, 2, {"next": 2}, "")


def test_fenced_writes_are_undone_with_the_step(job, clock):
    lease = take(job, clock)

    def finish_and_fail() -> None:
        with lease.fenced():
            lease.finish({})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        finish_and_fail()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING


def test_a_renewed_lease_is_not_reaped(job, clock):
    lease = take(job, clock)
    clock.move(20)
    lease.renew()
    clock.move(20)
    assert reap(now=clock()) == []
    lease.check()


def test_work_stops_where_the_lease_could_not_be_renewed_in_time(job, clock):
    lease = take(job, clock)
    clock.move(31)
    with pytest.raises(LeaseLostError):
        lease.check()


def test_telling_ends_with_cancellation_and_with_stopping(job, clock):
    stop = threading.Event()
    lease = take(job, clock, stop=stop)
    lease.tell(1, 4, "one")
    Job.objects.update(cancel_requested=True)
    clock.move(1)
    with pytest.raises(JobCancelledError):
        lease.tell(2, 4, "two")
    stop.set()
    with pytest.raises(WorkerStoppingError):
        lease.check()
