"""What a metric needs and which settings it has, read from its function's signature."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metrics.errors import InvalidMetricError
from metrics.types import EVIDENCE_KINDS

SettingValue = bool | int | float | str
_SETTING_TYPES = (bool, int, float, str)
ROLES = ("generated", "reference", "held_out", "generator", "discriminator", "contest", "embed")
"""Whose evidence it may be: images made, images trained on, real images never trained on; networks."""


@dataclass(frozen=True)
class Need:
    """Evidence that a metric needs.

    Attributes:
        parameter: name of the metric's parameter.
        role: of which set, or from whom: one of `ROLES`.
        kind: of which kind: one of `EVIDENCE_KINDS`.
    """

    parameter: str
    role: str
    kind: type[Any]


@dataclass(frozen=True)
class Setting:
    """A keyword-only parameter of a metric."""

    name: str
    type: type[SettingValue]
    default: SettingValue


def place_of(function: Callable[..., object]) -> str:
    """File and name of a function, for messages."""
    return f"{inspect.getsourcefile(function)}: {function.__name__}"


def read_signature(function: Callable[..., object]) -> tuple[tuple[Need, ...], dict[str, Setting]]:
    """Needs, in order, and settings by name.

    Positional parameters are evidence: the name is the role, the annotation the kind; where a metric wants
    several kinds of one role, a name ends in its kind (`generated_labels: Labels`). Keyword-only parameters
    are settings: bool, int, float or str, with a default.

    Raises:
        InvalidMetricError: anything else; the message names the file.
    """
    place = place_of(function)
    try:
        hints = typing.get_type_hints(function)
    except NameError as error:
        raise InvalidMetricError(
            f"{place} has an annotation that can't be resolved ({error}); import it."
        ) from error
    needs: list[Need] = []
    settings: dict[str, Setting] = {}
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            needs.append(_read_need(place, parameter, hint))
        elif parameter.kind is parameter.KEYWORD_ONLY:
            settings[parameter.name] = _read_setting(place, parameter, hint)
        else:
            raise InvalidMetricError(
                f"{place} takes {parameter}; use named evidence and keyword-only settings."
            )
    if not needs:
        raise InvalidMetricError(
            f"{place} takes no evidence; give it a positional parameter such as 'generated: Features'."
        )
    return tuple(needs), settings


def _read_need(place: str, parameter: inspect.Parameter, hint: object) -> Need:
    for kind in EVIDENCE_KINDS:
        if hint is kind:
            return Need(parameter.name, _read_role(place, parameter.name, kind), kind)
    kinds = ", ".join(kind.__name__ for kind in EVIDENCE_KINDS)
    raise InvalidMetricError(
        f"{place} annotates the evidence {parameter.name!r} with {hint!r}; use one of {kinds}, or make it a "
        "keyword-only setting."
    )


def _read_role(place: str, parameter: str, kind: type[Any]) -> str:
    role = parameter.removesuffix("_" + kind.__name__.lower())
    if role not in ROLES:
        raise InvalidMetricError(
            f"{place} takes {parameter!r}, which is evidence of no known role; use one of {', '.join(ROLES)}."
        )
    return role


def _read_setting(place: str, parameter: inspect.Parameter, hint: object) -> Setting:
    for kind in _SETTING_TYPES:
        if hint is kind and isinstance(parameter.default, kind):
            return Setting(parameter.name, kind, parameter.default)
    raise InvalidMetricError(
        f"{place} has the setting {parameter}; "
        "annotate it as bool, int, float or str with a default of that type."
    )
