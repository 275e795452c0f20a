"""The queue between web and workers: django-tasks carries a job's number, its row carries all else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from evalsite.jobs import attempts
from evalsite.jobs.models import Job


@task()
def run_job(job_id: int, attempt: int) -> None:
    """Carry out a job, unless another worker took it up since it was queued at this attempt."""
    job = attempts.perform(job_id, attempt)
    if job is not None and job.state == Job.State.QUEUED:
        enqueue(job)


def enqueue(job: Job) -> None:
    """Put a queued job in front of the workers, once the transaction around it is committed."""
    job_id, attempt = job.pk, job.attempt
    transaction.on_commit(lambda: run_job.enqueue(job_id=job_id, attempt=attempt))


def waiting() -> set[int]:
    """Ids of the jobs that a worker will find in the queue."""
    entries = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=run_job.module_path)
    return {args_kwargs["kwargs"]["job_id"] for args_kwargs in entries.values_list("args_kwargs", flat=True)}


def close_entries(job: Job, *, now: datetime) -> None:
    """Mark the queue entries that a vanished worker left open over this job as failed.

    The library never touches a killed worker's entry again: without this it would read RUNNING for ever.
    """
    for entry in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, task_path=run_job.module_path):
        if entry.args_kwargs["kwargs"]["job_id"] == job.pk:
            DBTaskResult.objects.filter(pk=entry.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.FAILED,
                finished_at=now,
                exception_class_path="evalsite.jobs.errors.LeaseLostError",
            )
