"""Progress of background work, as pieces of pages and as JSON; cancel and retry."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evalsite.runs import services, summaries
from evalsite.runs.errors import JobStateError
from evalsite.runs.models import GeneratorView, Job, MetricRun
from evalsite.samples.errors import MissingFileError
from evalsite.samples.models import Checkpoint
from evalsite.samples.storage import store

PANEL = "runs/job_panel.html"
CELL = "runs/job_cell.html"


@require_safe
@never_cache
@permission_required("runs.view_job", raise_exception=True)
def job_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A job's progress with its buttons; it asks for itself again until the job has ended."""
    return render(request, PANEL, {"job": get_object_or_404(Job, pk=pk)})


@require_safe
@never_cache
@permission_required("runs.view_job", raise_exception=True)
def job_cell(request: HttpRequest, pk: int) -> HttpResponse:
    """A job's progress for a line of a list."""
    return render(request, CELL, {"job": get_object_or_404(Job, pk=pk)})


@require_safe
@never_cache
@permission_required("runs.view_job", raise_exception=True)
def job_state(_request: HttpRequest, pk: int) -> JsonResponse:
    """A job as JSON."""
    return JsonResponse(summaries.describe_job(get_object_or_404(Job, pk=pk)))


@require_safe
@never_cache
@permission_required("runs.view_metricrun", raise_exception=True)
def run_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A metric run's values as they come in, with its job's progress."""
    return render(request, "runs/run_panel.html", {"run": get_object_or_404(MetricRun, pk=pk)})


@require_safe
@never_cache
@permission_required("runs.view_metricrun", raise_exception=True)
def run_state(_request: HttpRequest, pk: int) -> JsonResponse:
    """A metric run and its values as JSON."""
    return JsonResponse(summaries.describe_run(get_object_or_404(MetricRun, pk=pk)))


@require_safe
@never_cache
@permission_required("samples.view_checkpoint", raise_exception=True)
def checkpoint_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What is seen inside a checkpoint so far, with its job's progress."""
    found = summaries.describe_inside(get_object_or_404(Checkpoint, pk=pk))
    return render(request, "runs/inside_panel.html", found)


@require_safe
@permission_required("samples.view_checkpoint", raise_exception=True)
def view_picture(_request: HttpRequest, pk: int, view: str, position: int) -> HttpResponse:
    """One picture of a view."""
    found = get_object_or_404(GeneratorView, checkpoint__pk=pk, name=view)
    try:
        data = store().read(found.rows[position]["sha256"])
    except (IndexError, MissingFileError) as error:
        raise Http404(str(error)) from error
    return HttpResponse(data, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@require_POST
@permission_required("runs.change_job", raise_exception=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a job."""
    return _act(request, pk, lambda job: services.cancel_job(job=job, now=timezone.now()))


@require_POST
@permission_required("runs.change_job", raise_exception=True)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    return _act(request, pk, lambda job: services.retry_job(job=job))


def _act(request: HttpRequest, pk: int, act: Callable[[Job], None]) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        act(job)
    except JobStateError as error:
        messages.error(request, str(error))
    return redirect("admin:runs_job_change", job.pk)
