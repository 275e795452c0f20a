"""What becomes of the jobs of vanished workers."""

from __future__ import annotations

import pytest
from django.test import override_settings

from evalsite.jobs import attempts, queue
from evalsite.jobs.models import Job
from evalsite.jobs.reaping import reap


@pytest.fixture
def job(db, make_counting_job) -> Job:
    return make_counting_job(until=4)


def test_a_vanished_workers_cancelled_job_is_cancelled(job, clock):
    attempts.take(job.pk, 0, clock=clock)
    Job.objects.update(cancel_requested=True)
    clock.move(31)
    assert [reaped.state for reaped in reap(now=clock())] == [Job.State.CANCELLED]


@override_settings(JOB_EXPIRIES=2)
def test_a_job_that_kills_its_workers_is_given_up(job, clock):
    for attempt in range(2):
        attempts.take(job.pk, attempt, clock=clock)
        clock.move(31)
        (reaped,) = reap(now=clock())
    assert reaped.state == Job.State.FAILED
    assert "vanished 2 times" in reaped.error
    assert reap(now=clock()) == []


@override_settings(JOB_EXPIRIES=2)
def test_a_step_done_forgives_earlier_vanishings(job, clock):
    for attempt in range(4):
        attempts.take(job.pk, attempt, clock=clock).save_progress({"next": attempt})
        clock.move(31)
        (reaped,) = reap(now=clock())
        assert reaped.state == Job.State.QUEUED


def test_the_reaper_adds_no_second_entry(job, clock, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            reap(now=clock())
    assert callbacks == []
    assert queue.waiting() == {job.pk}
