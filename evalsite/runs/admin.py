"""Metric runs and checkpoints in the admin, and the forms that start background work on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from evalsite.jobs.admin import ReadOnlyAdmin
from evalsite.jobs.models import Job
from evalsite.runs import services, summaries
from evalsite.runs.errors import InvalidRequestError, UnknownNameError
from evalsite.runs.forms import EvaluationForm, InspectionForm, RegistrationForm, SamplingForm
from evalsite.runs.models import MetricRun
from evalsite.samples.admin import SampleSetAdmin
from evalsite.samples.models import Checkpoint, SampleSet


@admin.register(MetricRun)
class MetricRunAdmin(ReadOnlyAdmin):
    """Metric runs with their values as they come in."""

    list_display = ("__str__", "sample_set", "reference_set", "metric_names", "state_cell", "created_at")
    list_select_related = ("sample_set", "reference_set", "job")
    list_filter = ("sample_set", "reference_set")
    fields = ("sample_set", "reference_set", "metric_names", "settings", "job", "created_at")
    readonly_fields = ("metric_names",)
    when_empty = "Ask for metrics of a sample set, here or on its own page."
    change_form_outer_before_template = "runs/run_page.html"  # type: ignore[assignment]  # unfold declares None

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Ask for metrics of a sample set; ``?sample_set=`` chooses it beforehand."""
        _require(self.has_add_permission(request))
        form = EvaluationForm(*_sent(request), initial=request.GET.dict())
        return _form_page(
            request,
            self,
            form,
            act=lambda: services.request_evaluation(now=timezone.now(), **form.request()),
            title="Measure a sample set",
            submit="Measure",
        )

    @display(description="Metrics")
    def metric_names(self, run: MetricRun) -> str:
        """The metrics asked for."""
        return ", ".join(run.metrics)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where no worker may be writing values."""
        idle = obj is None or obj.job is None or obj.job.finished
        return idle and super().has_delete_permission(request, obj)

    @display(description="State")
    def state_cell(self, run: MetricRun) -> str:
        """The job's cell, or where imported values come from."""
        return render_to_string("jobs/cell.html", {"job": run.job}) if run.job else "imported"


@admin.register(Checkpoint)
class CheckpointAdmin(ModelAdmin):
    """Checkpoints: registered by upload, sampled and looked into by buttons."""

    list_display = ("name", "model", "size_bytes", "created_at")
    search_fields = ("name", "sha256")
    fields = ("name", "sha256", "created_at")
    readonly_fields = ("sha256", "created_at")
    when_empty = "Upload a file that ganmodels saved, or a state dict; or use manage.py sample FILE."
    actions_detail = ("sample", "inspect")  # type: ignore[assignment]  # unfold declares None
    change_form_outer_after_template = "runs/checkpoint_page.html"  # type: ignore[assignment]  # unfold declares None

    class Media:
        css: ClassVar = {"all": ("css/admin.css",)}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The checkpoint's page: what the file is, and what is to be seen inside."""
        # None if there is none of that key, or it is no key: the page then says so itself.
        checkpoint = self.get_object(request, object_id)
        shown = _checkpoint_context(checkpoint) if checkpoint else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Upload a file; a worker looks into it."""
        _require(self.has_add_permission(request))
        form = RegistrationForm(*_sent(request))
        return _form_page(
            request,
            self,
            form,
            act=lambda: services.request_registration(now=timezone.now(), **form.request()),
            title="Register a checkpoint",
            submit="Upload",
        )

    def has_sampling_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whether the user may make sample sets.

        A method, since naming the permission itself has unfold ask the database before it is migrated.
        """
        return request.user.has_perm("samples.add_sampleset")

    @action(description="Sample…", url_path="sample", permissions=["sampling"])  # type: ignore[operator]  # untyped
    def sample(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Draw a sample set from this checkpoint."""
        checkpoint = self._existing(request, object_id)
        form = SamplingForm(*_sent(request))
        return _form_page(
            request,
            self,
            form,
            act=lambda: services.request_sampling(
                checkpoint=checkpoint, now=timezone.now(), **form.cleaned_data
            ),
            title=f"Sample {checkpoint.name}",
            submit="Sample",
        )

    def has_inspection_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whether the user may have the inside of a generator looked at."""
        return request.user.has_perm("runs.add_generatorview")

    @action(description="Look inside…", url_path="inspect", permissions=["inspection"])  # type: ignore[operator]  # untyped
    def inspect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have views made into this checkpoint's generator; its page shows them as they come."""
        checkpoint = self._existing(request, object_id)
        form = InspectionForm(*_sent(request))

        def act() -> Checkpoint:
            services.request_inspection(checkpoint=checkpoint, now=timezone.now(), **form.request())
            return checkpoint

        return _form_page(
            request, self, form, act=act, title=f"Look inside {checkpoint.name}", submit="Look inside"
        )

    def _existing(self, request: HttpRequest, object_id: str) -> Checkpoint:
        checkpoint: Checkpoint | None = self.get_object(request, object_id)
        if checkpoint is None:
            raise Http404(f"there is no checkpoint of key {object_id!r}")
        return checkpoint


class MeasurableSampleSetAdmin(SampleSetAdmin):
    """Sample sets as their own room shows them, with a button to measure one."""

    when_empty = "Import an archive of images, or sample a checkpoint."
    actions_detail = ("measure",)  # type: ignore[assignment]  # unfold declares None

    def has_measuring_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whether the user may ask for metrics."""
        return request.user.has_perm("runs.add_metricrun")

    @action(description="Measure…", url_path="measure", permissions=["measuring"])  # type: ignore[operator]  # untyped
    def measure(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose metrics for this set."""
        query = urlencode({"sample_set": object_id})
        return redirect(f"{reverse('admin:runs_metricrun_add')}?{query}")


# The samples room knows nothing of metrics, so its page is given the button from here.
admin.site.unregister(SampleSet)
admin.site.register(SampleSet, MeasurableSampleSetAdmin)


def _checkpoint_context(checkpoint: Checkpoint) -> dict[str, Any]:
    sets = checkpoint.sample_sets.order_by("name")
    return {
        **summaries.describe_inside(checkpoint),
        "facts": summaries.describe_checkpoint(checkpoint),
        "sample_sets": sets,
    }


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _require(permitted: bool) -> None:
    if not permitted:
        raise PermissionDenied


def _form_page(
    request: HttpRequest,
    model_admin: ModelAdmin,
    form: forms.Form,
    *,
    act: Callable[[], Job | MetricRun | Checkpoint],
    title: str,
    submit: str,
) -> HttpResponse:
    """Show a form until it is filled in right, act, and go on to the page where the outcome will show."""
    if form.is_valid():
        try:
            made = act()
        except (InvalidRequestError, UnknownNameError) as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"admin:{made._meta.label_lower.replace('.', '_')}_change", made.pk)
    context = {**model_admin.admin_site.each_context(request), "form": form, "title": title, "submit": submit}
    context["opts"] = model_admin.opts
    return TemplateResponse(request, "runs/form_page.html", context, status=400 if form.errors else 200)
