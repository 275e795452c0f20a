"""The columns that a task's score declares; the export and its codebook are drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """One documented column.

    Args:
        name: Column name, snake_case, the unit in the name.
        kind: Type of its values.
        help: One sentence for the codebook.
        unit: Unit, or empty.
    """

    name: str
    kind: Literal["bool", "int", "float", "text"]
    help: str
    unit: str = ""
