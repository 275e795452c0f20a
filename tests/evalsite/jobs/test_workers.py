"""Jobs in real worker processes: killed, stopped, run in parallel."""

from __future__ import annotations

import signal
from pathlib import Path

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from evalsite.jobs import queue, services
from evalsite.jobs.models import Job


def counted(tmp_path: Path) -> list[int]:
    return [int(line) for line in (tmp_path / "counted").read_text().split()]


def test_killed_workers_job_goes_on_at_its_progress(start_worker, make_counting_job, wait_for, tmp_path):
    job = make_counting_job(until=12, pause_s=0.1)
    queue.enqueue(job)
    first = start_worker()
    wait_for(job, lambda job: job.progress.get("next", 0) >= 4)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert job.state == Job.State.RUNNING
    left_open = DBTaskResult.objects.get(status=TaskResultStatus.RUNNING)

    start_worker()
    wait_for(job, lambda job: job.finished)

    assert (job.state, job.attempt, job.result) == (Job.State.DONE, 2, {"counted": 12})
    numbers = counted(tmp_path)
    assert sorted(set(numbers)) == list(range(12))
    assert len(numbers) <= 13, "at most the step at hand is done again"
    left_open.refresh_from_db()
    assert left_open.status == TaskResultStatus.FAILED


def test_two_workers_do_a_job_once(start_worker, make_counting_job, wait_for, tmp_path):
    job = make_counting_job(until=10, pause_s=0.05)
    for _ in range(3):
        queue.enqueue(job)  # entries too many, as a reaper may make
    workers = [start_worker("--batch"), start_worker("--batch")]
    wait_for(job, lambda job: job.finished)
    assert [worker.wait(30) for worker in workers] == [0, 0]
    assert counted(tmp_path) == list(range(10))
    assert job.attempt == 1


def test_a_stopped_worker_gives_its_job_back_at_once(start_worker, make_counting_job, wait_for, tmp_path):
    job = make_counting_job(until=40, pause_s=0.05)
    queue.enqueue(job)
    worker = start_worker()
    wait_for(job, lambda job: job.progress.get("next", 0) >= 3)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    job.refresh_from_db()
    assert (job.state, job.lease_owner, job.expiries) == (Job.State.QUEUED, "", 0)
    assert queue.waiting() == {job.pk}

    start_worker()
    wait_for(job, lambda job: job.finished)
    assert counted(tmp_path) == list(range(40))


def test_a_running_job_ends_soon_after_it_is_cancelled(start_worker, make_counting_job, wait_for, tmp_path):
    job = make_counting_job(until=1000, pause_s=0.05)
    queue.enqueue(job)
    start_worker()
    wait_for(job, lambda job: job.done_units > 0)
    services.cancel_job(job=job, now=job.created_at)
    wait_for(job, lambda job: job.finished, timeout_s=15)
    assert job.state == Job.State.CANCELLED
    assert job.done_units < 1000


def test_a_job_whose_queue_entry_was_lost_is_found(start_worker, make_counting_job, wait_for):
    job = make_counting_job()
    start_worker()
    wait_for(job, lambda job: job.finished)
    assert job.state == Job.State.DONE
