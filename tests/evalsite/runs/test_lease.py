"""Leases on their own: claimed once, fenced, renewed, reaped."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from evalsite.runs import jobs, tasks
from evalsite.runs.errors import JobCancelledError, LeaseLostError, WorkerStoppingError
from evalsite.runs.lease import Lease, claim
from evalsite.runs.models import Job

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
    stalled.save_checkpoint({"next": 1})
    clock.move(31)
    tasks.reap(now=clock())
    other = take(job, clock, attempt=1)
    other.save_checkpoint({"next": 2})

    writes = [
        lambda: stalled.save_checkpoint({"next": 1}),
        lambda: stalled.finish({"of": "the stalled"}),
        lambda: stalled.fail("of the stalled"),
        stalled.cancel,
        stalled.give_back,
        stalled.renew,
        lambda: stalled.report(4, 4),
        lambda: stalled.fenced().__enter__(),
    ]
    for write in writes:
        with pytest.raises(LeaseLostError):
            write()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.checkpoint, job.error) == (Job.State.RUNNING, 2, {"next": 2}, "")


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
    assert tasks.reap(now=clock()) == []
    lease.check()


def test_work_stops_where_the_lease_could_not_be_renewed_in_time(job, clock):
    lease = take(job, clock)
    clock.move(31)
    with pytest.raises(LeaseLostError):
        lease.check()


def test_progress_tells_of_cancellation_and_of_stopping(job, clock):
    stop = threading.Event()
    lease = take(job, clock, stop=stop)
    lease.report(1, 4, "one")
    Job.objects.update(cancel_requested=True)
    clock.move(1)
    with pytest.raises(JobCancelledError):
        lease.report(2, 4, "two")
    stop.set()
    with pytest.raises(WorkerStoppingError):
        lease.check()


def test_a_vanished_workers_cancelled_job_is_cancelled(job, clock):
    take(job, clock)
    Job.objects.update(cancel_requested=True)
    clock.move(31)
    assert [reaped.state for reaped in tasks.reap(now=clock())] == [Job.State.CANCELLED]


@override_settings(JOB_EXPIRIES=2)
def test_a_job_that_kills_its_workers_is_given_up(job, clock):
    for attempt in range(2):
        take(job, clock, attempt)
        clock.move(31)
        (reaped,) = tasks.reap(now=clock())
    assert reaped.state == Job.State.FAILED
    assert "vanished 2 times" in reaped.error
    assert tasks.reap(now=clock()) == []


@override_settings(JOB_EXPIRIES=2)
def test_a_step_done_forgives_earlier_vanishings(job, clock):
    for attempt in range(4):
        take(job, clock, attempt).save_checkpoint({"next": attempt})
        clock.move(31)
        (reaped,) = tasks.reap(now=clock())
        assert reaped.state == Job.State.QUEUED


def test_the_reaper_adds_no_second_entry(job, clock, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            tasks.reap(now=clock())
    assert callbacks == []
    assert tasks.waiting() == {job.pk}


def test_a_failed_jobs_sentence_hides_the_traceback(deeds_dir, make_counting_job, transactional_db, caplog):
    job = make_counting_job(fails_at=2)
    failed = jobs.perform(job.pk, 0)
    assert failed.state == Job.State.FAILED
    assert failed.error.startswith("The job failed unexpectedly (ZeroDivisionError: one over nothing)")
    assert "Traceback" in caplog.text
    assert failed.checkpoint == {"next": 2}


def test_an_unknown_kind_fails_with_a_suggestion(deeds_dir, transactional_db, caplog):
    job = Job.objects.create(kind="countin", title="Count", created_at=START)
    assert jobs.perform(job.pk, 0).error == "No kind of job named 'countin'; did you mean 'counting'?"
    assert "did you mean 'counting'?" in caplog.text
    assert "Traceback" not in caplog.text, "the sentence says it all"


@pytest.mark.parametrize(
    ("end", "state"),
    [(KeyboardInterrupt, Job.State.CANCELLED), (SystemExit, Job.State.QUEUED)],
    ids=["whoever presses Ctrl-C wants no more of it", "one that was told to end leaves it to the next"],
)
def test_a_command_that_ends_lets_go_of_its_job(deeds_dir, make_counting_job, transactional_db, end, state):
    job = make_counting_job()

    def interrupt(done: int, total: int, message: str) -> None:
        raise end

    with pytest.raises(end):
        jobs.carry_out(jobs.take(job.pk, 0, observe=interrupt))
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (state, "")
