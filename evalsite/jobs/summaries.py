"""A job as plain data, for pages and JSON."""

from __future__ import annotations

from typing import Any

from evalsite.jobs.models import Job


def describe_job(job: Job) -> dict[str, Any]:
    """What a page shows of a job, as JSON values."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "finished": job.finished,
        "attempt": job.attempt,
        "done": job.done_units,
        "total": job.total_units,
        "share": job.share,
        "message": job.message,
        "cancel_requested": job.cancel_requested,
        "error": job.error,
        "result": job.result,
    }
