"""Jobs in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.admin import ModelAdmin
from unfold.decorators import display

from evalsite.jobs.models import Job


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only background work writes."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: users read these rows and never edit them."""
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, their progress live."""

    list_display = ("title", "state_cell", "created_at", "finished_at")
    list_filter = ("state", "kind")
    search_fields = ("title", "error")
    fields = ("title", "created_at", "started_at", "finished_at", "attempt", "lease_owner", "arguments")
    when_empty = "Jobs appear here when you ask for background work, for example on a checkpoint's page."
    change_form_outer_before_template = "jobs/page.html"  # type: ignore[assignment]  # unfold declares None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: other pages make jobs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: a worker may hold the job."""
        return False

    @display(description="State", ordering="state")
    def state_cell(self, job: Job) -> str:
        """A cell that asks for itself again until the job has ended."""
        return render_to_string("jobs/cell.html", {"job": job})
