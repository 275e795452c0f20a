"""Params: frozen dataclasses whose fields carry unit, range and help, for forms to be drawn from them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from evalsite.tasks.errors import InvalidParamsError

KINDS: dict[str, tuple[Any, str]] = {
    "int": (int, "a whole number"),
    "float": ((int, float), "a number"),
    "bool": (bool, "true or false"),
    "choice": (str, "a choice"),
    "text": (str, "text"),
}


@dataclass(frozen=True)
class Params:
    """Base of every task's params; subclasses are frozen dataclasses of ``param(...)`` fields."""

    version: ClassVar[int] = 1

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Params from stored JSON, defaults for what is missing.

        Raises:
            InvalidParamsError: The values are no mapping, or a field is unknown or out of range; the message
                names it.
        """
        if not isinstance(values, Mapping):
            raise InvalidParamsError(f"params were {values!r:.60}; expected names with values")
        known = {f.name for f in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - known):
            raise InvalidParamsError(
                f"no param named {unknown[0]!r}; expected one of {', '.join(sorted(known))}"
            )
        params = cls(**values)
        for spec in specs(cls):
            spec.check(getattr(params, spec.name))
        params.check()
        return params

    def check(self) -> None:
        """Raise ``InvalidParamsError`` where fields contradict each other."""

    def to_json(self) -> dict[str, Any]:
        """All params, defaults included."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class When:
    """A condition on another param.

    Args:
        name: Name of the other param.
        values: What it must be one of; without values, anything but empty, 0 and off.
    """

    name: str
    values: tuple[Any, ...] = ()

    def holds(self, params: Params) -> bool:
        """Whether these params meet it."""
        value = getattr(params, self.name)
        return value in self.values if self.values else bool(value)


def when(name: str, *values: Any) -> When:
    """A condition on another param: one of these values, or any that is not empty, 0 or off."""
    return When(name, values)


@dataclass(frozen=True)
class ParamSpec:
    """A param as a form sees it.

    Args:
        name: Field name.
        kind: ``int``, ``float``, ``bool``, ``choice`` or ``text``.
        default: Value if nothing is given.
        label, help, unit: Words for people.
        low, high: Inclusive bounds of numbers; of a text, ``high`` is the most characters.
        choices: ``(value, label)`` pairs of a choice.
        optional: Whether empty (None) is allowed.
        shown_if: Conditions on other params; unless all hold, it makes no difference and a form hides it.
    """

    name: str
    kind: str
    default: Any
    label: str
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    shown_if: tuple[When, ...] = ()

    def shown(self, params: Params) -> bool:
        """Whether the value makes a difference with these params."""
        return all(condition.holds(params) for condition in self.shown_if)

    def check(self, value: Any) -> None:
        """Raise ``InvalidParamsError`` unless the value is one that the form would have taken."""
        if value is None and self.optional:
            return
        types, words = KINDS[self.kind]
        if not isinstance(value, types) or (isinstance(value, bool) and self.kind != "bool"):
            raise InvalidParamsError(f"{self.name} was {value!r:.60}; expected {words}")
        {"choice": self._check_choice, "text": self._check_text}.get(self.kind, self._check_number)(value)

    def _check_choice(self, value: str) -> None:
        if value not in dict(self.choices):
            raise InvalidParamsError(
                f"{self.name} was {value!r:.60}; choose one of {', '.join(dict(self.choices))}"
            )

    def _check_text(self, value: str) -> None:
        if not 0 < len(value.strip()) <= self._ceiling:
            raise InvalidParamsError(
                f"{self.name} had {len(value)} characters; expected 1 to {self._ceiling:g}"
            )

    def _check_number(self, value: float) -> None:
        if not self._floor <= value <= self._ceiling:
            limits = f"{self._floor:g} to {self._ceiling:g} {self.unit}".rstrip()
            raise InvalidParamsError(f"{self.name} was {value}; expected {limits}")

    @property
    def _floor(self) -> float:
        return -math.inf if self.low is None else self.low

    @property
    def _ceiling(self) -> float:
        return math.inf if self.high is None else self.high


def param(
    default: Any,
    label: str,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: Mapping[str, str] | None = None,
    shown_if: Sequence[When] = (),
) -> Any:
    """A params field with what its form needs.

    Args:
        default: Value if nothing is given; its type gives the kind of field, None an optional whole number.
        label: Words beside the input.
        help: One sentence under it.
        unit: Unit of a number.
        low: Smallest number allowed.
        high: Largest number allowed; of a text, the most characters.
        choices: Values of a choice with their words.
        shown_if: Conditions on other params without which this one makes no difference; see `when`.
    """
    kinds = {bool: "bool", int: "int", float: "float", str: "text", type(None): "int"}
    details = {
        "kind": "choice" if choices else kinds[type(default)], "label": label, "help": help, "unit": unit,
        "low": low, "high": high, "choices": tuple((choices or {}).items()), "optional": default is None,
        "shown_if": tuple(shown_if),
    }  # fmt: skip
    return dataclasses.field(default=default, metadata={"param": details})


def specs(cls: type[Params]) -> list[ParamSpec]:
    """The fields of a params class, in order, as forms and checks read them."""
    return [ParamSpec(name=f.name, default=f.default, **f.metadata["param"]) for f in dataclasses.fields(cls)]
