"""The results pages: the list of studies, one study's table and plots, files to take away."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evalsite.results import contexts
from evalsite.results.errors import UnknownQuantityError, UnknownTableError, UnknownVersionError
from evalsite.results.export import codebook, codebook_lines, export_lines
from evalsite.results.forms import ChoiceForm
from evalsite.results.metric_values import runs_of
from evalsite.results.plots.charts import ImageFormat
from evalsite.results.plots.interactive import figure
from evalsite.results.plots.of_study import caption_of, draw_plot
from evalsite.results.scope import Scope
from evalsite.studies.models import Study
from evalsite.tasks.errors import UNUSABLE_TASK

NOT_THERE = (UnknownQuantityError, UnknownTableError, UnknownVersionError)
TYPES = {"png": "image/png", "svg": "image/svg+xml"}

View = Callable[..., Any]


def researchers(permission: str) -> Callable[[View], View]:
    """A page to read: strangers log in, users without the permission are refused, unknown names are 404.

    A study whose task can't be used has no results, and its page says why.
    """

    def guard(view: View) -> View:
        @require_safe
        @never_cache
        @login_required
        @permission_required(permission, raise_exception=True)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                return view(request, *args, **kwargs)
            except NOT_THERE as error:
                raise Http404(str(error)) from error
            except UNUSABLE_TASK as error:
                said = {"title": "These results can't be computed", "message": str(error)}
                return render(request, "message.html", said, status=500)

        return guarded

    return guard


@researchers("studies.view_study")
def index(request: HttpRequest) -> HttpResponse:
    """All studies with how many answered."""
    return render(request, "results/index.html", {"studies": contexts.list_studies()})


@csp_update({"style-src": UNSAFE_INLINE})  # plotly brings its style sheets as elements of its own
@researchers("studies.view_study")
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """One study: table, plots, agreement, timing, metric runs, downloads."""
    scope, choice = _asked(request, slug)
    scope = contexts.widen_to_simulated(scope)
    rater_url = request.build_absolute_uri(reverse("trials:arrive", args=[slug]))
    context = contexts.describe_study(scope, choice.asked)
    return render(request, "results/study.html", {**context, "rater_url": rater_url})


@researchers("studies.view_study")
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The study's metric runs; a page that shows fewer finished ones than there are is told to reload."""
    scope, _ = _asked(request, slug)
    runs = runs_of(scope)
    response = render(request, "results/progress.html", contexts.describe_progress(scope, runs))
    if str(contexts.count_finished(runs)) != request.GET.get("finished"):
        response.headers["HX-Refresh"] = "true"
    return response


@researchers("studies.view_study")
def plot_json(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """A plot for the page's script, with its caption."""
    scope, choice = _asked(request, slug)
    chart = draw_plot(name, scope, choice.asked)
    return JsonResponse({"figure": figure(chart), "caption": caption_of(chart)})


@researchers("studies.view_study")
def plot_file(request: HttpRequest, slug: str, name: str, image_format: ImageFormat) -> HttpResponse:
    """A plot as PNG or SVG."""
    from evalsite.results.plots.images import draw  # matplotlib takes its time; pages don't need it

    scope, choice = _asked(request, slug)
    image = draw(draw_plot(name, scope, choice.asked), image_format)
    response = HttpResponse(image, content_type=TYPES[image_format])
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}_{name}.{image_format}"'
    return response


@researchers("trials.view_response")
def table(request: HttpRequest, slug: str, name: str) -> StreamingHttpResponse:
    """A table of the study as CSV, streamed."""
    scope, _ = _asked(request, slug)
    return _csv(export_lines(scope, name), f"{slug}_{name}")


@researchers("studies.view_study")
def codebook_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """What every column of the tables means, as CSV."""
    scope, _ = _asked(request, slug)
    return _csv(codebook_lines(scope), f"{slug}_codebook")


@researchers("studies.view_study")
def codebook_json(request: HttpRequest, slug: str) -> JsonResponse:
    """The same as JSON, with the rules that hold for all tables."""
    scope, _ = _asked(request, slug)
    return JsonResponse(codebook(scope), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _asked(request: HttpRequest, slug: str) -> tuple[Scope, ChoiceForm]:
    choice = ChoiceForm(request.GET)
    if not choice.is_valid():
        raise UnknownQuantityError("no quantity has such a name; choose one on the study's page")
    return Scope(get_object_or_404(Study, slug=slug), **choice.counted), choice


def _csv(lines: Any, stem: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
    return response
