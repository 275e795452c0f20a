"""What a researcher must know of the trials that could not be shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_REASONS = 5
"""How many faulty files are named; the rest are counted."""

NEXT_MOVE = (
    "Run 'manage.py check_store' to list every faulty file, then import or sample the same images again, "
    "under any name: that puts the files back. Close the study until then."
)


@dataclass(frozen=True)
class SetAside:
    """Trials that were set aside because an image of theirs could not be shown.

    Attributes:
        by_reason: Number of trials by reason, the commonest first.
        raters: Raters who had at least one of them.
    """

    by_reason: Mapping[str, int]
    raters: int

    @property
    def trials(self) -> int:
        """How many there are."""
        return sum(self.by_reason.values())

    @property
    def alarm(self) -> str:
        """What must be said of them; empty if there are none."""
        if not self.trials:
            return ""
        trials = "1 trial was" if self.trials == 1 else f"{self.trials:,} trials were"
        raters = "1 rater" if self.raters == 1 else f"{self.raters:,} raters"
        return (
            f"{trials} set aside for {raters}, because a stored image file is missing or damaged. "
            f"The results are without them. {NEXT_MOVE}"
        )

    @property
    def reasons(self) -> list[str]:
        """The commonest reasons with their counts."""
        named = [f"{reason} ({count:,})" for reason, count in self.by_reason.items()]
        more = len(named) - MOST_REASONS
        return [*named[:MOST_REASONS], *([f"… and {more:,} more files."] if more > 0 else [])]
