"""Jobs are queued after the commit, cancelled once, and retried only after they failed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalsite.jobs import queue, services
from evalsite.jobs.errors import JobStateError
from evalsite.jobs.models import Job

NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(make_counting_job) -> Job:
    return make_counting_job()


def add(**changes) -> Job:
    asked = {"kind": "counting", "title": "Count", "arguments": {}, "now": NOW, "background": True}
    return services.add_job(**{**asked, **changes})


def test_a_job_is_queued_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = add()
        assert queue.waiting() == set()
    assert queue.waiting() == {job.pk}


def test_a_job_of_the_foreground_is_not_queued(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        job = add(background=False, title="x" * 400)
    assert (callbacks, job.state, len(job.title)) == ([], Job.State.QUEUED, 300)


def test_a_waiting_job_is_cancelled_at_once_and_can_be_retried(job):
    services.cancel_job(job=job, now=NOW)
    assert (job.state, job.finished_at) == (Job.State.CANCELLED, NOW)
    services.cancel_job(job=job, now=NOW)
    services.retry_job(job=job)
    assert (job.state, job.cancel_requested, job.finished_at) == (Job.State.QUEUED, False, None)


def test_a_job_that_is_done_can_be_neither_cancelled_nor_retried(job):
    Job.objects.update(state=Job.State.DONE)
    with pytest.raises(JobStateError, match="is done already"):
        services.cancel_job(job=job, now=NOW)
    with pytest.raises(JobStateError, match="only a failed or cancelled job"):
        services.retry_job(job=job)


def test_jobs_are_found_by_kind_and_arguments():
    first, second = (add(arguments={"until": until, "path": "here"}) for until in (3, 4))
    add(kind="other", arguments={"until": 3})
    assert list(Job.objects.of_kind("counting", until=3)) == [first]
    assert list(Job.objects.of_kind("counting", until=3, path="there")) == []
    assert set(Job.objects.of_kind("counting")) == {first, second}


def request(**changes) -> None:
    services.request_job(
        **{"kind": "counting", "title": "Count", "arguments": {"study": 1}, "now": NOW, **changes}
    )


def test_a_requested_job_that_waits_is_enough(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        request()
        request()
    assert (Job.objects.count(), len(callbacks)) == (1, 1)


def test_a_requested_job_of_other_arguments_is_another(django_capture_on_commit_callbacks):
    request()
    request(arguments={"study": 2})
    assert Job.objects.queued().count() == 2


@pytest.mark.parametrize("state", [Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED])
def test_a_requested_job_that_has_ended_waits_again(state, django_capture_on_commit_callbacks):
    request()
    Job.objects.update(state=state, error="broken", finished_at=NOW)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        request()
    job = Job.objects.get()
    assert (job.state, job.error, job.finished_at, len(callbacks)) == (Job.State.QUEUED, "", None, 1)


def test_behind_a_running_job_another_is_queued():
    """The one that runs may have passed what is asked for."""
    request()
    Job.objects.update(state=Job.State.RUNNING)
    request()
    request()
    assert sorted(Job.objects.values_list("state", flat=True)) == [Job.State.QUEUED, Job.State.RUNNING]
