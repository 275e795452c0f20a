"""What this room's templates need besides Django's own tags."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse

from evalsite.runs.models import Job
from evalsite.runs.summaries import format_value

register = template.Library()


@register.filter
def significant(value: float) -> str:
    """A number to five significant digits."""
    return format_value(value)


@register.simple_tag
def result_url(job: Job) -> str:
    """The admin page of the row that came of a job; empty if there is none."""
    if not job.result.get("model"):
        return ""
    try:
        return reverse(f"admin:{job.result['model'].replace('.', '_')}_change", args=[job.result["key"]])
    except NoReverseMatch:
        return ""
