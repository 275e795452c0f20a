"""Leases on their own: claimed once, fenced, renewed, reaped."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from evalsite.jobs import queue
from evalsite.jobs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.jobs.lease import Lease, claim
from evalsite.jobs.models import Job
from evalsite.jobs.reaping import reap

START = datetime(2026, 1, 1, tzinfo=UTC)
DURATION = timedelta(seconds=30)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


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


def test_a_vanished_workers_cancelled_job_is_cancelled(job, clock):
    take(job, clock)
    Job.objects.update(cancel_requested=True)
    clock.move(31)
    assert [reaped.state for reaped in reap(now=clock())] == [Job.State.CANCELLED]


@override_settings(JOB_EXPIRIES=2)
def test_a_job_that_kills_its_workers_is_given_up(job, clock):
    for attempt in range(2):
        take(job, clock, attempt)
        clock.move(31)
        (reaped,) = reap(now=clock())
    assert reaped.state == Job.State.FAILED
    assert "vanished 2 times" in reaped.error
    assert reap(now=clock()) == []


@override_settings(JOB_EXPIRIES=2)
def test_a_step_done_forgives_earlier_vanishings(job, clock):
    for attempt in range(4):
        take(job, clock, attempt).save_progress({"next": attempt})
        clock.move(31)
        (reaped,) = reap(now=clock())
        assert reaped.state == Job.State.QUEUED


def test_the_reaper_adds_no_second_entry(job, clock, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            reap(now=clock())
    assert callbacks == []
    assert queue.waiting() == {job.pk}
