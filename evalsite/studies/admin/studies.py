"""A study's page, and the pages that open it, close it and show what was opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from evalsite.studies import services
from evalsite.studies.admin.inlines import BlockInline, ConditionInline
from evalsite.studies.admin.opening import follow_up
from evalsite.studies.errors import StudyNotReadyError
from evalsite.studies.forms import StudyForm
from evalsite.studies.models import Study, StudyVersion
from evalsite.studies.panel import study_panel
from evalsite.studies.selectors import study_data

_STATE_COLOURS = {"draft": "info", "open": "success", "closed": "warning"}


@admin.register(Study)
class StudyAdmin(ModelAdmin):
    """Studies: set up, previewed, opened, closed."""

    form = StudyForm
    inlines = (ConditionInline, BlockInline)
    list_display = ("slug", "title", "state_label", "trials_per_session", "newest_version", "created_at")
    list_filter = ("state", "source")
    search_fields = ("slug", "title")
    fieldsets: ClassVar = [
        (None, {"fields": ("title", "slug")}),
        ("Images", {"fields": ("reference_set", "assignment", ("stimulus_px", "display_px"))}),
        ("What raters read", {"fields": ("consent_text", "instructions_text", "debriefing_text")}),
        ("Who counts", {"fields": ("attention_share",)}),
        ("Recruiting and chance", {"fields": ("recruiter", "seed")}),
    ]
    when_empty = "A study asks raters about sets of images: import or sample those first."
    change_form_outer_before_template = "studies/panel.html"  # type: ignore[assignment]  # unfold declares None

    class Media:
        css: ClassVar = {"all": ("css/admin.css",)}

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses, and those of opening, closing and versions."""
        guard = self.admin_site.admin_view
        return [
            path("<int:study_id>/open/", guard(self.open_view), name="studies_study_open"),
            path("<int:study_id>/close/", guard(self.close_view), name="studies_study_close"),
            path(
                "<int:study_id>/versions/<int:number>/",
                guard(self.version_view),
                name="studies_study_version",
            ),
            *super().get_urls(),
        ]

    # What may be edited

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """Judgements collected elsewhere are shown and not set up again."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.source == Study.Source.OWN)

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> tuple[str, ...]:
        """A name that raters' links carry stays."""
        return ("slug",) if obj and obj.versions.exists() else ()

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Study | None = None
    ) -> dict[str, Sequence[str]]:
        """The name follows the title while it may change."""
        return {} if "slug" in self.get_readonly_fields(request, obj) else {"slug": ("title",)}

    def save_model(self, request: HttpRequest, obj: Model, form: Form, change: bool) -> None:
        """Note who made the study, and when."""
        if isinstance(obj, Study) and not change:
            obj.created_at = timezone.now()
            obj.created_by = request.user if request.user.is_authenticated else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Open what was changed as a new version if the study is open."""
        super().save_related(request, form, formsets, change)
        follow_up(request, form.instance)

    # Its page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form under what the study's state is."""
        study = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "panel": study_panel(study) if study else None}
        if study:
            extra["rater_link"] = request.build_absolute_uri(f"/r/{study.slug}/")
        return super().change_view(request, object_id, form_url, extra)

    def response_add(
        self, request: HttpRequest, obj: Study, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new study's page comes next: its blocks' params are set from there."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, "Saved. Set the blocks' params, preview the study, then open it.")
        return redirect("admin:studies_study_change", obj.pk)

    # Opening, closing, versions

    def open_view(self, request: HttpRequest, study_id: int) -> HttpResponse:
        """Ask, then open the study to raters."""
        study = self._to_change(request, study_id)
        if request.method != "POST":
            return self._page(request, study, "studies/open.html", "Open the study")
        try:
            version = services.open_study(study=study, now=timezone.now())
        except StudyNotReadyError:
            return self._page(request, study, "studies/open.html", "Open the study", status=409)
        self.log_change(request, study, f"Opened as version {version.number}.")
        messages.success(request, f"Open: raters who come from now on meet version {version.number}.")
        return redirect("admin:studies_study_change", study.pk)

    def close_view(self, request: HttpRequest, study_id: int) -> HttpResponse:
        """Ask, then let no new rater come."""
        study = self._to_change(request, study_id)
        if request.method != "POST":
            return self._page(request, study, "studies/close.html", "Close the study")
        services.close_study(study=study)
        self.log_change(request, study, "Closed.")
        messages.success(request, "Closed: no new rater can come, and who has begun can finish.")
        return redirect("admin:studies_study_change", study.pk)

    def version_view(self, request: HttpRequest, study_id: int, number: int) -> HttpResponse:
        """A frozen protocol, as it stays."""
        version = get_object_or_404(StudyVersion.objects.opened(), study=study_id, number=number)
        if not self.has_view_permission(request, version.study):
            raise PermissionDenied
        protocol = json.dumps(version.protocol, indent=2, ensure_ascii=False)
        title = f"Version {number} of {version.study.slug}"
        return self._page(
            request, version.study, "studies/version.html", title, version=version, protocol=protocol
        )

    def _to_change(self, request: HttpRequest, study_id: int) -> Study:
        study = get_object_or_404(Study, pk=study_id)
        if not self.has_change_permission(request, study):
            raise PermissionDenied
        return study

    def _page(
        self, request: HttpRequest, study: Study, template: str, title: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"opts": self.opts, "title": title, "study": study, "panel": study_panel(study), **more}
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), **context}, status=status
        )

    # Deleting

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Studies are deleted one by one, each with its reason if it can't be."""
        return {}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse, with a sentence, what raters have taken part in."""
        study = self.get_object(request, object_id)
        if study and (obstacle := services.deletion_obstacle(study)):
            messages.error(request, obstacle)
            return redirect("admin:studies_study_change", study.pk)
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes with a study: its conditions, blocks and versions need no permission of their own."""
        studies = list(objs)
        parts = {
            "conditions": sum(study.conditions.count() for study in studies),
            "blocks": sum(study.blocks.count() for study in studies),
            "versions": sum(study.versions.count() for study in studies),
        }
        return [str(study) for study in studies], parts, set(), []

    def delete_model(self, request: HttpRequest, obj: Study) -> None:
        """Delete through the service, which looks for sessions once more."""
        services.delete_study(study=obj)

    # Columns

    @display(description="State", ordering="state", label=_STATE_COLOURS)
    def state_label(self, study: Study) -> tuple[str, str]:
        """The state as a coloured label."""
        return study.state, study.get_state_display()

    @display(description="Trials a session")
    def trials_per_session(self, study: Study) -> int:
        """Trials that one rater goes through."""
        return study_data(study).trials_per_session

    @display(description="Version")
    def newest_version(self, study: Study) -> str:
        """Number of the newest opened version."""
        version = StudyVersion.objects.filter(study=study).opened().order_by("-number").first()
        return str(version.number) if version else "–"
