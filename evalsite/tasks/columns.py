"""What a task declares about its numbers, for codebooks: a score's columns, an estimate's quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """One documented column of a score.

    Args:
        name: Column name, snake_case, the unit in the name.
        kind: Type of its values; any may be empty (None) where it means nothing.
        help: One sentence for the codebook.
        unit: Unit, or empty.
    """

    name: str
    kind: Literal["bool", "int", "float", "text"]
    help: str
    unit: str = ""


@dataclass(frozen=True)
class Quantity:
    """One human quantity that a task estimates.

    Args:
        name: Name in the catalogue's words, e.g. ``deception_rate``.
        unit: ``share``, ``z``, ``ms`` or ``logit``.
        better: Whether higher or lower is better; empty if neither.
        chance: What guessing would give; None if that means nothing here.
        help: One sentence for the codebook and the results page.
        title: What people call it, in the middle of a sentence; its name in words if empty.
        chance_name: What a plot calls the value at `chance`.
    """

    name: str
    unit: str
    better: Literal["higher", "lower", ""]
    chance: float | None
    help: str
    title: str = ""
    chance_name: str = "guessing"
