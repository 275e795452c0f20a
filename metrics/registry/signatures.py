"""What a metric needs and which settings it has, read from its function's signature."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metrics.errors import InvalidMetricError
from metrics.evidence.kinds import EVIDENCE_KINDS

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
class Range:
    """What a number may be.

    Attributes:
        least: the least that is allowed.
        most: the most; infinity allows infinity itself.
        above: whether it must be above `least`.
    """

    least: int | float = -sys.float_info.max
    most: int | float = sys.float_info.max
    above: bool = False

    def __contains__(self, value: int | float) -> bool:
        return self.least <= value <= self.most and not (self.above and value == self.least)

    def __str__(self) -> str:
        start = f"above {self.least:g}" if self.above else f"from {self.least:g}"
        start = "that is finite" if self.least == -sys.float_info.max else start
        return start if self.most >= sys.float_info.max else f"{start} to {self.most:g}"


@dataclass(frozen=True)
class Setting:
    """A keyword-only parameter of a metric.

    Attributes:
        name: the parameter's name.
        type: bool, int, float or str.
        default: of that type.
        declared: what a number may be, where its default doesn't say it: see `allowed`.
    """

    name: str
    type: type[SettingValue]
    default: SettingValue
    declared: Range | None = None

    @property
    def allowed(self) -> Range | None:
        """What a number may be; None for what is no number.

        The default says it as a rule: a count that is above 0 can't be 0, a share or a width neither, and
        nothing that isn't negative can be.
        """
        if self.declared is not None or isinstance(self.default, (bool, str)):
            return self.declared
        if self.default <= 0:
            return Range(0) if self.default == 0 else Range()
        return Range(1) if self.type is int else Range(0, above=True)

    def refusal(self, value: SettingValue) -> str:
        """What a value should be instead; empty if it is allowed."""
        if type(value) is not self.type:
            return f"a value of type {self.type.__name__}"
        if self.allowed is None or isinstance(value, str) or value in self.allowed:
            return ""
        return f"a number {self.allowed}" if self.type is float else f"a whole number {self.allowed}"


def place_of(function: Callable[..., object]) -> str:
    """File and name of a function, for messages."""
    return f"{inspect.getsourcefile(function)}: {function.__name__}"


def read_signature(function: Callable[..., object]) -> tuple[tuple[Need, ...], dict[str, Setting]]:
    """Needs, in order, and settings by name.

    Positional parameters are evidence: the name is the role, the annotation the kind; where a metric wants
    several kinds of one role, a name ends in its kind (`generated_labels: Labels`). Keyword-only parameters
    are settings: bool, int, float or str, with a default, and `Annotated` with a `Range` where the default
    doesn't say what a number may be.

    Raises:
        InvalidMetricError: anything else; the message names the file.
    """
    place = place_of(function)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
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


def argument_texts(function: Callable[..., object]) -> dict[str, str]:
    """What a function's docstring says of each of its parameters, each on one line."""
    arguments = re.search(r"^Args:\n((?:[ ]{4}.*\n?|\n)*)", inspect.getdoc(function) or "", re.MULTILINE)
    if arguments is None:
        return {}
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", arguments[1], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


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
    declared = next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Range)), None)
    hint = hint if declared is None else typing.get_args(hint)[0]
    for kind in _SETTING_TYPES:
        if hint is kind and isinstance(parameter.default, kind):
            return Setting(parameter.name, kind, parameter.default, declared)
    raise InvalidMetricError(
        f"{place} has the setting {parameter}; "
        "annotate it as bool, int, float or str with a default of that type."
    )
