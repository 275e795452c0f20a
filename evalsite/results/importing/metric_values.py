"""Files of metric values, one line a condition, read strictly. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evalsite.results.errors import ImportFileError
from evalsite.results.importing.source_file import SourceFile
from evalsite.samples.names import visible
from evalsite.suggestions import did_you_mean

CONDITION_COLUMNS = ("condition", "model")
DIRECTIONS = ("higher", "lower")
LONGEST_QUANTITY = 120


@dataclass(frozen=True)
class MetricFile:
    """Metric values of others.

    Args:
        source: The file.
        condition_column: The column that names the condition; ``condition`` or ``model`` if empty.
        quantities: The columns to read; all others if empty.
        better: For some quantities, whether higher or lower is better.
    """

    source: SourceFile
    condition_column: str = ""
    quantities: Sequence[str] = ()
    better: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, dict[str, float]]:
        """Values by name in the file, then quantity; empty cells are left out. Raises ``ImportFileError``."""
        column, quantities = self._named(), self._wanted()
        found: dict[str, dict[str, float]] = {}
        for line in self.source.lines():
            name = line.cells[column]
            if not name or name in found:
                raise self.source.error(line.number, f"{column} was {name!r}; expected each name once")
            found[name] = {
                quantity: self.source.number(line, quantity)
                for quantity in quantities
                if line.cells[quantity]
            }
        if not any(found.values()):
            raise ImportFileError(f"{self.source.name} holds no values; nothing was imported")
        return found

    def _named(self) -> str:
        guesses = [name for name in CONDITION_COLUMNS if name in self.source.header]
        column = self.condition_column or next(iter(guesses), CONDITION_COLUMNS[0])
        self.source.require([column])
        return column

    def _wanted(self) -> list[str]:
        """The columns to read. Raises ``ImportFileError`` for what is not there."""
        wanted = list(self.quantities) or [
            name for name in self.source.header if name and name != self._named()
        ]
        self.source.require(wanted)
        if long := [name for name in wanted if len(name) > LONGEST_QUANTITY]:
            raise ImportFileError(
                f"the column {long[0][:30]!r}… is named in more than {LONGEST_QUANTITY} characters"
            )
        if unseen := [name for name in wanted if visible(name) != name]:
            raise ImportFileError(
                f"the column {visible(unseen[0])} is named in characters that can't be seen; leave them out"
            )
        for name, direction in self.better.items():
            if name not in wanted:
                raise ImportFileError(f"no quantity named {name!r} is imported; {did_you_mean(name, wanted)}")
            if direction not in DIRECTIONS:
                raise ImportFileError(f"{name} was said to be better {direction!r}; say higher or lower")
        return wanted
