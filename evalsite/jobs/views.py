"""A job's progress, as pieces of pages and as JSON; cancel and retry."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evalsite.jobs import services
from evalsite.jobs.errors import JobStateError
from evalsite.jobs.models import Job
from evalsite.jobs.summaries import describe_job


@require_safe
@never_cache
@permission_required("jobs.view_job", raise_exception=True)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A job's progress with its buttons; it asks for itself again until the job has ended."""
    return render(request, "jobs/panel.html", {"job": get_object_or_404(Job, pk=pk)})


@require_safe
@never_cache
@permission_required("jobs.view_job", raise_exception=True)
def cell(request: HttpRequest, pk: int) -> HttpResponse:
    """A job's progress for a line of a list."""
    return render(request, "jobs/cell.html", {"job": get_object_or_404(Job, pk=pk)})


@require_safe
@never_cache
@permission_required("jobs.view_job", raise_exception=True)
def state(_request: HttpRequest, pk: int) -> JsonResponse:
    """A job as JSON."""
    return JsonResponse(describe_job(get_object_or_404(Job, pk=pk)))


@require_POST
@permission_required("jobs.change_job", raise_exception=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a job."""
    return _act(request, pk, lambda job: services.cancel_job(job=job, now=timezone.now()))


@require_POST
@permission_required("jobs.change_job", raise_exception=True)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    return _act(request, pk, lambda job: services.retry_job(job=job))


def _act(request: HttpRequest, pk: int, act: Callable[[Job], None]) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        act(job)
    except JobStateError as error:
        messages.error(request, str(error))
    return redirect("admin:jobs_job_change", job.pk)
