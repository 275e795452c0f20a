"""What the templates of a job need besides Django's own tags."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse

from evalsite.jobs.models import Job

register = template.Library()


@register.simple_tag
def result_url(job: Job) -> str:
    """The admin page of the row that the job made; empty if the job made no row."""
    if not job.result.get("model"):
        return ""
    try:
        return reverse(f"admin:{job.result['model'].replace('.', '_')}_change", args=[job.result["key"]])
    except NoReverseMatch:
        return ""
