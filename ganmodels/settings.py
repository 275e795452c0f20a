"""Settings of a model, read off the signatures of its functions.

A keyword-only parameter of `build` or of an objective is a setting; its annotation says type, range and
meaning:

    width: Annotated[int, About("channels of the widest image-sized layer", 1, 1024)] = 32
    loss: Annotated[Literal["minimax", "non_saturating"], About("what the generator minimises")] =
        "non_saturating"
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ganmodels.errors import MalformedModelError, SettingError, did_you_mean

Value = bool | int | float | str
_LARGEST_WHOLE = 2**53
_SHOWN = 80


@dataclass(frozen=True)
class About:
    """Meaning and range of a setting; numbers need both bounds, for a file may ask for anything."""

    help: str
    low: int | float | None = None
    high: int | float | None = None


@dataclass(frozen=True)
class Setting:
    """One setting: what a form, a command line or a checkpoint may say, and what it means."""

    name: str
    kind: type[bool] | type[int] | type[float] | type[str]
    default: Value
    about: About
    choices: tuple[str, ...] = ()

    def check(self, value: object) -> Value:
        """Returns the value in the setting's own type.

        Raises:
            SettingError: wrong type, out of range, or none of the choices.
        """
        if self.kind is float and type(value) is int and abs(value) <= _LARGEST_WHOLE:
            value = float(value)
        if type(value) is not self.kind:
            raise SettingError(f"{self.name}={value!r} is {type(value).__name__}; give {self.expectation()}")
        if self.choices and value not in self.choices:
            raise SettingError(
                f"{self.name}={value!r} is not a choice: {did_you_mean(str(value), self.choices)}"
            )
        if isinstance(value, int | float) and self.kind is not bool and not self._within(value):
            raise SettingError(f"{self.name}={value!r} is out of range; give {self.expectation()}")
        return value

    def parse(self, text: str) -> Value:
        """Reads a value typed on a command line.

        Raises:
            SettingError: as `check`, and where the text is no such number.
        """
        words = {"true": True, "false": False}
        try:
            value = words[text.lower()] if self.kind is bool else self.kind(text)
        except (ValueError, KeyError) as error:
            raise SettingError(
                f"{self.name}={text[:_SHOWN]} can't be read; give {self.expectation()}"
            ) from error
        return self.check(value)

    def expectation(self) -> str:
        """Says in words what the setting takes, such as "int from 1 to 1024"."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.about.low is None:
            return self.kind.__name__
        return f"{self.kind.__name__} from {self.about.low:g} to {self.about.high:g}"

    def _within(self, value: int | float) -> bool:
        low, high = self.about.low, self.about.high
        return math.isfinite(value) and (low is None or low <= value) and (high is None or value <= high)


def settings_of(function: Callable[..., Any]) -> tuple[Setting, ...]:
    """Reads the settings off a function's keyword-only parameters.

    Raises:
        MalformedModelError: a parameter lacks a default, an `About`, or bounds where it is a number.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        _read(function.__name__, parameter, hints.get(parameter.name))
        for parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def resolve(settings: Mapping[str, Setting], given: Mapping[str, object], owner: str) -> dict[str, Value]:
    """Completes given values with the defaults.

    Raises:
        SettingError: a name is unknown to `owner`, or a value is not one that its setting takes.
    """
    for name in given:
        if name not in settings:
            raise SettingError(f"{owner} has no setting '{name}'; {did_you_mean(name, settings)}")
    return {
        name: setting.check(given[name]) if name in given else setting.default
        for name, setting in settings.items()
    }


def _read(owner: str, parameter: inspect.Parameter, hint: object) -> Setting:
    where = f"parameter '{parameter.name}' of {owner}()"
    about = next((extra for extra in get_args(hint)[1:] if isinstance(extra, About)), None)
    if get_origin(hint) is not Annotated or about is None:
        raise MalformedModelError(
            f"{where} is a setting without meaning: annotate it Annotated[type, About(...)]"
        )
    if parameter.default is inspect.Parameter.empty:
        raise MalformedModelError(f"{where} has no default: give the paper's value")
    bare = get_args(hint)[0]
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    kind = str if choices else bare
    if kind not in (bool, int, float, str):
        raise MalformedModelError(
            f"{where} is of type {bare}: a setting is a bool, int, float, str or Literal"
        )
    if kind in (int, float) and (about.low is None or about.high is None):
        raise MalformedModelError(f"{where} is a number without a range: give About(help, low, high)")
    setting = Setting(parameter.name, kind, parameter.default, about, choices)
    try:
        setting.check(parameter.default)
    except SettingError as error:
        raise MalformedModelError(f"{where} has a default that it would refuse: {error}") from error
    return setting
