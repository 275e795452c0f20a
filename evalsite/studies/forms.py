"""Forms of the admin; a block's form is drawn from its task's params, whichever task that is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from evalsite.recruiters import registry as recruiters
from evalsite.samples.models import SampleSet
from evalsite.studies.models import Block, Condition, Study
from evalsite.tasks import registry
from evalsite.tasks.errors import UNUSABLE_TASK, InvalidParamsError
from evalsite.tasks.params import ParamSpec, specs
from evalsite.tasks.protocol import REAL

PREFIX = "param_"
"""Before the names of a task's params, which could be the names of a block's own fields."""


NO_REFERENCE = "No real images are here yet: import a reference set under Sample sets first."


class StudyForm(forms.ModelForm):
    """A study's own fields."""

    recruiter = forms.ChoiceField(
        choices=lambda: [(name, found.title) for name, found in recruiters.recruiters().items()],
        widget=UnfoldAdminSelectWidget,
        initial="open_link",
        help_text="How raters arrive, are recognised and leave.",
    )

    class Meta:
        model = Study
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_only(self, "reference_set")
        if "reference_set" in self.fields and not SampleSet.objects.references().exists():
            self.fields["reference_set"].help_text = NO_REFERENCE

    def clean(self) -> dict[str, Any]:
        """Texts with plain line ends: a browser sends others, and what nobody edited stays the same."""
        values = super().clean() or self.cleaned_data
        return {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in values.items()
        }


class ConditionForm(forms.ModelForm):
    """A condition; its name is the sample set's if none is given."""

    name = forms.CharField(required=False, max_length=80, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Condition
        fields = ("position", "name", "sample_set")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_only(self, "sample_set")

        _say_names(self)

    def clean(self) -> dict[str, Any]:
        """Name the condition, and keep the real images' name for the real images."""
        values = super().clean() or self.cleaned_data
        name = (values.get("name") or "").strip()
        if not name and values.get("sample_set"):
            name = str(values["sample_set"].name)[:80]
        values["name"] = name
        if name.lower() == REAL:
            self.add_error("name", f"“{name}” names the real images in results; choose another name.")
        return values


class BlockRowForm(forms.ModelForm):
    """A block in the study's list: its task and how many trials."""

    task = forms.ChoiceField(
        choices=lambda: [
            ("", "choose a task"),
            *((name, task.title) for name, task in registry.tasks().items()),
        ],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Block
        fields = ("position", "task", "trials_per_block", "practice_trials", "catch_trials")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_names(self)

    def save(self, commit: bool = True) -> Block:
        """Save; another task's params mean nothing to this one, which starts from its defaults."""
        if "task" in self.changed_data:
            self.instance.params = registry.get(self.cleaned_data["task"]).Params().to_json()
        block: Block = super().save(commit)
        return block


class BlockForm(forms.ModelForm):
    """A block on its own page; ``block_form`` adds the fields of its task's params."""

    class Meta:
        model = Block
        fields = ("trials_per_block", "practice_trials", "catch_trials", "qualification_share")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.instance.params.items():
            if PREFIX + name in self.fields:
                self.initial[PREFIX + name] = value

    def clean(self) -> dict[str, Any]:
        """Read the params as the task reads them, so that what contradicts shows at its field."""
        values = super().clean() or self.cleaned_data
        params = {
            name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)
        }
        if not self.errors:
            try:
                self.instance.params = registry.get(self.instance.task).Params.from_json(params).to_json()
            except (*UNUSABLE_TASK, InvalidParamsError) as error:
                self.add_error(self._field_named_in(str(error)), str(error))
        return values

    def _field_named_in(self, sentence: str) -> str | None:
        """The field of the param that an error's sentence begins with; None stands for the whole form."""
        first = re.match(r"\w*", sentence)
        name = PREFIX + (first.group() if first else "")
        return name if name in self.fields else None


def _choose_only(form: forms.BaseForm, name: str) -> None:
    """Take off a field the admin's links to add, change or delete what is chosen: sets are imported."""
    if name in form.fields:
        widget = form.fields[name].widget
        for flag in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            setattr(widget, flag, False)


def _say_names(form: forms.BaseForm) -> None:
    """Name each field of a table's row for screen readers, as its column's head does for eyes."""
    for name, field in form.fields.items():
        field.widget.attrs["aria-label"] = str(field.label or name)


def block_form(task: str) -> type[BlockForm]:
    """The form of a block of that task. Raises ``UnknownTaskError`` or ``MalformedTaskError``."""
    fields = {PREFIX + spec.name: param_field(spec) for spec in specs(registry.get(task).Params)}
    return type("TaskBlockForm", (BlockForm,), {**fields, "__module__": __name__})


def param_field(spec: ParamSpec) -> forms.Field:
    """The form field of a param: its kind, bounds, unit and help."""
    common = {
        "label": f"{spec.label} ({spec.unit})" if spec.unit else spec.label,
        "help_text": _help(spec),
        "initial": spec.default,
        "required": not (spec.optional or spec.kind == "bool"),
    }
    field = _FIELDS[spec.kind](spec, common)
    if spec.shown_if:
        conditions = [{"name": PREFIX + one.name, "values": one.values} for one in spec.shown_if]
        field.widget.attrs["data-shown-if"] = json.dumps(conditions)
    return field


def _help(spec: ParamSpec) -> str:
    limits = ""
    if spec.kind in {"int", "float"} and spec.low is not None and spec.high is not None:
        limits = f"{spec.low:g} to {spec.high:g}{' ' + spec.unit if spec.unit else ''}."
    empty = "May be left empty." if spec.optional else ""
    return " ".join(part for part in (spec.help, limits, empty) if part)


def _whole_number(spec: ParamSpec, common: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(
        min_value=_whole(spec.low),
        max_value=_whole(spec.high),
        widget=UnfoldAdminIntegerFieldWidget,
        **common,
    )


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _number(spec: ParamSpec, common: dict[str, Any]) -> forms.Field:
    widget = UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})
    return forms.FloatField(min_value=spec.low, max_value=spec.high, widget=widget, **common)


def _switch(_spec: ParamSpec, common: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **common)


def _choice(spec: ParamSpec, common: dict[str, Any]) -> forms.Field:
    none = [("", "none")] if spec.optional else []
    return forms.TypedChoiceField(
        choices=[*none, *spec.choices], empty_value=None, widget=UnfoldAdminSelectWidget, **common
    )


def _text(spec: ParamSpec, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(
        max_length=_whole(spec.high), empty_value=None if spec.optional else "",
        widget=UnfoldAdminTextInputWidget, **common,
    )  # fmt: skip


_FIELDS: dict[str, Callable[[ParamSpec, dict[str, Any]], forms.Field]] = {
    "int": _whole_number,
    "float": _number,
    "bool": _switch,
    "choice": _choice,
    "text": _text,
}
