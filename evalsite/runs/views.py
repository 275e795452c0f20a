"""Metric runs and views into generators, as pieces of pages and as JSON."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evalsite.runs import summaries
from evalsite.runs.models import GeneratorView, MetricRun
from evalsite.samples.errors import FaultyFileError
from evalsite.samples.models import Checkpoint
from evalsite.samples.storage import store


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
    except (IndexError, FaultyFileError) as error:
        raise Http404(str(error)) from error
    return HttpResponse(data, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})
