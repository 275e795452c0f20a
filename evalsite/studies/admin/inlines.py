"""A study's conditions and blocks as rows of its page."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import ForeignKey
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from evalsite.samples.models import SampleSet
from evalsite.studies.forms import BlockRowForm, ConditionForm
from evalsite.studies.models import Block, Condition, Study
from evalsite.tasks import registry


class PartFormSet(PaginationInlineFormSet):
    """Rows in an order of their own, in which new ones come last."""

    def add_fields(self, form: ModelForm[Any], index: int | None) -> None:
        """A new row's place is offered as the one after all others; several new ones keep theirs."""
        super().add_fields(form, index)
        if form.instance.pk is None:
            form.initial["position"] = self._next_position

    @cached_property
    def _next_position(self) -> int:
        last = self.get_queryset().order_by("-position").values_list("position", flat=True).first()
        return 0 if last is None else last + 1


class PartInline(TabularInline):
    """Rows of a study; where judgements were collected elsewhere they are shown and not changed."""

    formset = PartFormSet
    extra = 1
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """As the model's permission says, in studies that are run here."""
        return bool(super().has_add_permission(request, obj)) and _run_here(obj)

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """As the model's permission says, in studies that are run here."""
        return bool(super().has_change_permission(request, obj)) and _run_here(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """As the model's permission says, in studies that are run here."""
        return bool(super().has_delete_permission(request, obj)) and _run_here(obj)


def _run_here(study: Study | None) -> bool:
    return study is None or study.source == Study.Source.OWN


class ConditionInline(PartInline):
    """The conditions, each a set of generated images."""

    model = Condition
    form = ConditionForm
    fields = ("position", "name", "sample_set")
    verbose_name_plural = "conditions: the sets of generated images under comparison"

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Only sets of generated images that are held here."""
        if db_field.name == "sample_set":
            kwargs["queryset"] = SampleSet.objects.generated().filter(count__gt=0)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field


class BlockInline(PartInline):
    """The blocks in order; a block's params have a page of their own, drawn from its task."""

    model = Block
    form = BlockRowForm
    fields = ("position", "task", "trials_per_block", "practice_trials", "catch_trials", "params_link")
    readonly_fields = ("params_link",)
    verbose_name_plural = "blocks: what raters are asked, in this order"

    @display(description="Params")
    def params_link(self, block: Block) -> str:
        """The way to the params, and what differs from the task's defaults."""
        if block.pk is None:
            return "Save first, then set them."
        address = reverse("admin:studies_block_change", args=[block.pk])
        return format_html('<a class="rooms-link" href="{}">Set params</a> {}', address, _unusual(block))


def _unusual(block: Block) -> str:
    """What makes the block a qualification, and the params that are not the task's defaults."""
    task = registry.tasks().get(block.task)
    defaults = task.Params().to_json() if task else {}
    differing = {name: value for name, value in block.params.items() if defaults.get(name) != value}
    if block.qualification_share is not None:
        differing = {"qualification": block.qualification_share, **differing}
    return ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in differing.items())
