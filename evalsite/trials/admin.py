"""Who took part and what they answered, to look at; nobody edits answers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from evalsite.trials.models import Participant, Response, Session

SEES_EXTERNAL_IDS = "trials.view_external_id"


class RecordAdmin(ModelAdmin):
    """Rows that raters make; they are looked at, and deleted where a rater asks for it."""

    show_full_result_count = False
    list_per_page = 50
    when_empty = "Rows come with the raters: open a study and send them its link."

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only raters add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits."""
        return False


class ExternalIdAdmin(RecordAdmin):
    """Rows with what a platform knows a rater by, shown to those who may see it."""

    external_fields: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All fields, less the platform's for those without the permission."""
        fields = super().get_fields(request, obj)
        hidden = () if request.user.has_perm(SEES_EXTERNAL_IDS) else self.external_fields
        return [field for field in fields if field not in hidden]


@admin.register(Participant)
class ParticipantAdmin(ExternalIdAdmin):
    """Raters as one study knows them."""

    list_display = ("id", "study", "recruiter", "created_at")
    list_filter = ("study", "recruiter")
    list_select_related = ("study",)
    external_fields = ("external_id",)


@admin.register(Session)
class SessionAdmin(ExternalIdAdmin):
    """Sittings, the latest first."""

    list_display = ("id", "study", "version", "kind", "state", "condition", "created_at", "completed_at")
    list_filter = ("study", "kind", "state", "condition")
    list_select_related = ("study", "version")
    search_fields = ("=id", "=completion_code")
    ordering = ("-created_at",)
    external_fields = ("recruitment",)


@admin.register(Response)
class ResponseAdmin(RecordAdmin):
    """Answers, the latest first."""

    list_display = ("session", "block", "position", "kind", "answer", "rt", "valid", "received_at")
    list_filter = ("session__study", "session__kind", "trial__kind", "valid")
    list_select_related = ("session", "trial")
    search_fields = ("=session__id",)
    ordering = ("-received_at",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The answer with what was planned beside it."""
        return [*super().get_fields(request, obj), "plan", "presentation"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything."""
        return ("plan", "presentation")

    @admin.display(ordering="trial__block")
    def block(self, response: Response) -> int:
        """Number of the block."""
        return response.trial.block

    @admin.display(ordering="trial__position")
    def position(self, response: Response) -> int:
        """Number of the trial in the session."""
        return response.trial.position

    @admin.display(ordering="trial__kind")
    def kind(self, response: Response) -> str:
        """Whether the trial counts, teaches or checks attention."""
        return response.trial.get_kind_display()

    @admin.display(description="Reaction time (ms)", ordering="rt_ms")
    def rt(self, response: Response) -> str:
        """Whole milliseconds; nothing is lost in the export."""
        return "–" if response.rt_ms is None else f"{response.rt_ms:,.0f}"

    @admin.display
    def plan(self, response: Response) -> Any:
        """What was planned."""
        return response.trial.plan

    @admin.display
    def presentation(self, response: Response) -> Any:
        """How it was shown."""
        return response.trial.presentation
