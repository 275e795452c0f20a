"""Jobs and values as plain data, for pages, JSON and commands."""

from __future__ import annotations

import math
from typing import Any

from evalsite.runs.models import Job, MetricValue
from evalsite.runs.records import COPIED


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


def describe_value(value: MetricValue) -> dict[str, Any]:
    """A number with all that makes it comparable, as JSON values; an infinite number is null."""
    return {
        **{name: getattr(value, name) for name in COPIED},
        "quantity": value.quantity,
        "value": value.value if math.isfinite(value.value) else None,
        "provenance": value.provenance,
    }


def format_value(value: float) -> str:
    """A number to five significant digits, without an exponent where one can do without."""
    return f"{value:.5g}"
