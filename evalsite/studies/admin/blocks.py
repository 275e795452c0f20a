"""A block's page: a form drawn from its task's params."""

from __future__ import annotations

from typing import Any, ClassVar, TypeGuard

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm, Script
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from evalsite.studies.admin.opening import follow_up
from evalsite.studies.forms import PREFIX, BlockForm, block_form
from evalsite.studies.models import Block, Study
from evalsite.tasks import registry


@admin.register(Block)
class BlockAdmin(ModelAdmin):
    """Reached from the study that the block belongs to; blocks are added and removed there."""

    form = BlockForm
    readonly_fields = ("study", "task_title")
    list_display = ("study", "position", "task")
    list_select_related = ("study",)

    class Media:
        css: ClassVar = {"all": ("css/admin.css",)}
        js: ClassVar = (Script("js/studies/shown_if.js", type="module"),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Blocks are found in their studies, not in the menu."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Added in the study, where the task is chosen."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Block | None = None) -> bool:
        """Removed in the study; goes with it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Block | None = None) -> bool:
        """Where judgements were collected elsewhere, the block says how and is not changed."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.study.source == Study.Source.OWN)

    def get_form(
        self, request: HttpRequest, obj: Block | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Block]]:
        """The form of the block's task."""
        if _known(obj):
            kwargs["form"] = block_form(obj.task)
        form: type[ModelForm[Block]] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """How many trials, then the params."""
        counts = ("study", "task_title", *BlockForm.Meta.fields)
        params = block_form(obj.task).base_fields if _known(obj) else {}
        drawn = [name for name in params if name.startswith(PREFIX)]
        return [(None, {"fields": counts}), ("Params", {"fields": drawn})]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Open the changed study as a new version if it is open."""
        super().save_related(request, form, formsets, change)
        follow_up(request, form.instance.study)

    def response_post_save_change(self, request: HttpRequest, obj: Block) -> HttpResponseRedirect:
        """Back to the study."""
        return HttpResponseRedirect(reverse("admin:studies_study_change", args=[obj.study_id]))

    @display(description="Task")
    def task_title(self, block: Block) -> str:
        """The task in words."""
        task = registry.tasks().get(block.task)
        return format_html("{}: {}", task.title, task.summary) if task else block.task


def _known(block: Model | None) -> TypeGuard[Block]:
    return isinstance(block, Block) and block.task in registry.tasks()
