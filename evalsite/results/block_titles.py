"""What blocks ask, in words: their params, and what tells apart those of one task. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from evalsite.results.formatting import listed
from evalsite.tasks.params import Params, ParamSpec, specs


def changed(params: Params) -> tuple[str, ...]:
    """The params that are not as the task has them by default."""
    return tuple(_say(spec, value) for spec, value in _values(params) if value != spec.default)


def telling_apart(params: Params, rivals: Sequence[Params]) -> tuple[str, ...]:
    """The params by which some of the same task's differ; none if there is nothing to tell apart.

    Those left at their defaults are said only where all are, since one that is off (the milliseconds of a
    fixed exposure, where it has no limit) would mislead.
    """
    names = {
        spec.name for rival in rivals for spec, value in _values(rival) if value != getattr(params, spec.name)
    }
    differing = [(spec, value) for spec, value in _values(params) if spec.name in names]
    own = [(spec, value) for spec, value in differing if value != spec.default]
    return tuple(_say(spec, value) for spec, value in own or differing)


def numbered(word: str, numbers: Sequence[int]) -> str:
    """“block 2”, “blocks 1 and 2”, “blocks 1, 2 and 4”."""
    return f"{word}{'s' if len(numbers) > 1 else ''} {listed(map(str, numbers))}"


def _values(params: Params) -> Iterable[tuple[ParamSpec, Any]]:
    return [(spec, getattr(params, spec.name)) for spec in specs(type(params))]


def _say(spec: ParamSpec, value: Any) -> str:
    label = f"{spec.label[0].lower()}{spec.label[1:]}"
    if isinstance(value, bool):
        return label if value else f"{label}: no"
    said = "none" if value is None else dict(spec.choices).get(value, value)
    return f"{label} {said} {spec.unit if value is not None else ''}".rstrip()
