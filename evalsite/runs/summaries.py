"""Jobs and values as plain data, for pages, JSON and commands."""

from __future__ import annotations

import math
from typing import Any

from evalsite.runs.models import Job, MetricRun, MetricValue
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
    copied = {name: getattr(value, name) for name in COPIED}
    return {
        **{name: None if _endless(part) else part for name, part in copied.items()},
        "quantity": value.quantity,
        "provenance": value.provenance,
    }


def format_value(value: float) -> str:
    """A number to five significant digits, without an exponent where one can do without."""
    return f"{value:.5g}".replace("inf", "∞")


def _endless(part: Any) -> bool:
    return isinstance(part, float) and not math.isfinite(part)


def describe_run(run: MetricRun) -> dict[str, Any]:
    """A metric run with its values so far, as JSON values."""
    return {
        "id": run.pk,
        "sample_set": run.sample_set.name,
        "reference_set": run.reference_set.name if run.reference_set else None,
        "metrics": run.metrics,
        "settings": run.settings,
        "provenance": run.provenance,
        "job": describe_job(run.job) if run.job else None,
        "values": [describe_value(value) for value in run.values.all()],
    }
