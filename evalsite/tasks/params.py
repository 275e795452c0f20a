"""Params: frozen dataclasses whose fields carry unit, range and help, so that forms can be drawn from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from evalsite.tasks.errors import InvalidParamsError


@dataclass(frozen=True)
class Params:
    """Base of every task's params; subclasses are frozen dataclasses of ``param(...)`` fields."""

    version: ClassVar[int] = 1

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Params from stored JSON, defaults for missing ones. Raises ``InvalidParamsError`` naming the field."""
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
class ParamSpec:
    """A param as a form sees it.

    Args:
        name: Field name.
        kind: ``int``, ``float``, ``bool``, ``choice`` or ``text``.
        default: Value if nothing is given.
        label, help, unit: Words for people.
        low, high: Inclusive bounds of numbers.
        choices: ``(value, label)`` pairs of a choice.
        optional: Whether empty (None) is allowed.
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

    def check(self, value: Any) -> None:
        """Raise ``InvalidParamsError`` unless the value is one that the form would have taken."""
        if value is None and self.optional:
            return
        if not _is_kind(value, self.kind):
            raise InvalidParamsError(f"{self.name} was {value!r}; expected {_an(self.kind)}")
        if self.kind == "choice" and value not in dict(self.choices):
            raise InvalidParamsError(
                f"{self.name} was {value!r}; choose one of {', '.join(dict(self.choices))}"
            )
        if (
            self.low is not None
            and self.kind in {"int", "float"}
            and not self.low <= value <= cast(float, self.high)
        ):
            raise InvalidParamsError(
                f"{self.name} was {value}; expected {self.low:g} to {self.high:g} {self.unit}".rstrip()
            )


def param(
    default: Any,
    *,
    label: str,
    help: str,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[tuple[str, str], ...] = (),
    optional: bool = False,
) -> Any:
    """A params field with what its form needs; the kind follows from the default (or the choices)."""
    kind = (
        "choice"
        if choices
        else {bool: "bool", int: "int", float: "float", str: "text"}.get(type(default), "int")
    )
    details = {
        "kind": kind, "label": label, "help": help, "unit": unit,
        "low": low, "high": high, "choices": choices, "optional": optional,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata={"param": details})


def specs(cls: type[Params]) -> list[ParamSpec]:
    """The fields of a params class, in order, as forms and checks read them."""
    return [ParamSpec(name=f.name, default=f.default, **f.metadata["param"]) for f in dataclasses.fields(cls)]


def _is_kind(value: Any, kind: str) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, {"int": int, "float": (int, float), "choice": str, "text": str}[kind])  # type: ignore[arg-type]


def _an(kind: str) -> str:
    return {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "choice": "a choice",
        "text": "text",
    }[kind]
