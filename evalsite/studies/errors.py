"""What can go wrong with a study."""

from __future__ import annotations

from collections.abc import Sequence


class StudyNotReadyError(ValueError):
    """A study can't be opened as it stands.

    Args:
        study: The study's slug.
        problems: One sentence for each thing to mend.
    """

    def __init__(self, study: str, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(f"study {study!r} can't be opened: {' '.join(self.problems)}")


class StudyInUseError(ValueError):
    """A study with sessions is not deleted."""


class NoVersionError(LookupError):
    """A study was never opened."""
