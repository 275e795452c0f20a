"""Weighted up-down staircases on the exposure duration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Staircase:
    """Steps up after an error and down after so many correct answers in a row.

    Args:
        start_ms: First exposure, milliseconds.
        min_ms, max_ms: Bounds of the exposure, milliseconds.
        up_ms: Step after an error, milliseconds.
        down_ms: Step after ``in_a_row`` correct answers, milliseconds.
        in_a_row: Correct answers needed for a step down, at least 1.
    """

    start_ms: int = 500
    min_ms: int = 100
    max_ms: int = 1000
    up_ms: int = 30
    down_ms: int = 10
    in_a_row: int = 1

    @property
    def target_accuracy(self) -> float:
        """Share correct that the staircase converges on, where the expected step is nil.

        (up / (up + down))^(1 / in_a_row).

        Source: Kaernbach 1991, "Simple adaptive testing with the weighted up-down method"; Levitt 1971 for
            several in a row.
        """
        return float((self.up_ms / (self.up_ms + self.down_ms)) ** (1 / self.in_a_row))

    def exposure_ms(self, answers: Iterable[bool]) -> int:
        """Exposure of the next trial after these answers (correct or not), in their order."""
        exposure, streak = self.start_ms, 0
        for correct in answers:
            streak = streak + 1 if correct else 0
            if not correct:
                exposure = min(exposure + self.up_ms, self.max_ms)
            elif streak == self.in_a_row:
                exposure, streak = max(exposure - self.down_ms, self.min_ms), 0
        return exposure
