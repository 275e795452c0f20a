from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django import forms

from evalsite.studies.forms import PREFIX, BlockRowForm, ConditionForm, block_form, param_field
from evalsite.studies.models import Block
from evalsite.tasks import registry
from evalsite.tasks.errors import UnknownTaskError
from evalsite.tasks.params import Params, ParamSpec, param, specs

COUNTS = {"trials_per_block": 20, "practice_trials": 0, "catch_trials": 0}


@dataclass(frozen=True)
class Everything(Params):
    whole: int = param(5, "Whole", "A count.", unit="ms", low=1, high=10)
    real: float = param(0.5, "Real", "A share.", low=0.0, high=1.0)
    switch: bool = param(True, "Switch", "On or off.")
    choice: str = param("a", "Choice", "One of two.", choices={"a": "first", "b": "second"})
    words: str = param("What?", "Words", "A question.", high=10)
    limit: int | None = param(None, "Limit", "None is unlimited.", unit="ms", low=1, high=100)


SPECS = {spec.name: spec for spec in specs(Everything)}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("whole", "7", 7),
        ("real", "0.25", 0.25),
        ("switch", "on", True),
        ("switch", None, False),
        ("choice", "b", "b"),
        ("words", "Real?", "Real?"),
        ("limit", "", None),
        ("limit", "50", 50),
    ],
)
def test_a_field_gives_what_the_params_take(name: str, given: Any, value: Any) -> None:
    cleaned = param_field(SPECS[name]).clean(given)
    assert cleaned == value
    assert type(cleaned) is type(value)
    SPECS[name].check(cleaned)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("whole", "0"),
        ("whole", "11"),
        ("whole", "1.5"),
        ("whole", ""),
        ("real", "2"),
        ("real", "nan"),
        ("choice", "c"),
        ("words", ""),
        ("words", "x" * 11),
        ("limit", "0"),
    ],
)
def test_a_field_refuses_what_the_params_would(name: str, given: str) -> None:
    with pytest.raises(forms.ValidationError):
        param_field(SPECS[name]).clean(given)


def test_a_field_says_unit_range_and_help() -> None:
    field = param_field(SPECS["whole"])
    assert (field.label, field.help_text, field.initial) == ("Whole (ms)", "A count. 1 to 10 ms.", 5)
    assert param_field(SPECS["limit"]).help_text.endswith("May be left empty.")


def test_an_optional_choice_may_be_none() -> None:
    spec = ParamSpec("c", "choice", None, "C", "Help.", choices=(("a", "first"),), optional=True)
    assert param_field(spec).clean("") is None


def fill(block: Block, **params: Any) -> Any:
    defaults = registry.get(block.task).Params().to_json()
    given = {PREFIX + name: value for name, value in {**defaults, **params}.items() if value is not False}
    return block_form(block.task)({**COUNTS, **given}, instance=block)


@pytest.mark.parametrize("task", registry.names())
def test_every_tasks_form_takes_its_own_defaults(task: str) -> None:
    block = Block(task=task)
    form = fill(block)
    assert form.is_valid(), form.errors
    assert block.params == registry.get(task).Params().to_json()


@pytest.mark.parametrize("task", registry.names())
def test_every_tasks_form_has_one_field_a_param_with_help(task: str) -> None:
    fields = {name: field for name, field in block_form(task).base_fields.items() if name.startswith(PREFIX)}
    assert list(fields) == [PREFIX + spec.name for spec in specs(registry.get(task).Params)]
    assert all(field.help_text and field.label for field in fields.values())


def test_a_form_shows_the_stored_params_and_defaults_for_the_rest() -> None:
    form = block_form("rapid_scene")(instance=Block(task="rapid_scene", params={"exposure_ms": 250}))
    assert form[PREFIX + "exposure_ms"].value() == 250
    assert form[PREFIX + "mask_ms"].value() == 120


def test_an_error_that_begins_with_a_param_shows_at_its_field() -> None:
    block = Block(task="rapid_scene", params={"exposure_ms": 250})
    form = fill(block, exposure="staircase", staircase_start_ms=50)
    assert not form.is_valid()
    assert "its own bounds" in form.errors[PREFIX + "staircase_start_ms"][0]
    assert block.params == {"exposure_ms": 250}


def test_a_field_says_when_it_makes_a_difference() -> None:
    fields = block_form("rapid_scene").base_fields
    assert json.loads(fields[PREFIX + "staircase_min_ms"].widget.attrs["data-shown-if"]) == [
        {"name": PREFIX + "exposure", "values": ["staircase"]}
    ]
    assert "data-shown-if" not in fields[PREFIX + "exposure"].widget.attrs


def test_a_task_that_is_gone_has_no_form() -> None:
    with pytest.raises(UnknownTaskError):
        block_form("gone")


@pytest.mark.parametrize("form", [ConditionForm, BlockRowForm])
def test_every_field_of_a_row_has_a_name_for_screen_readers(form: type[forms.BaseForm], db: None) -> None:
    assert all(field.widget.attrs["aria-label"] for field in form().fields.values())
