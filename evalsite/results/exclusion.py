"""How many raters a check left out, and when that is too many to pass over in silence. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from evalsite.results.formatting import show_share

FEWEST_JUDGED = 5
"""Fewer raters say nothing about a check."""


@dataclass(frozen=True)
class Watch:
    """A check of raters, and what share of failures should make a researcher look at the check itself.

    Args:
        name: The check's name, as in the state of who failed it.
        title: The check in words.
        alarm_share: Failures above this share of those judged are told.
        hint: What so many failures may mean, and where to look.
    """

    name: str
    title: str
    alarm_share: float
    hint: str


WATCHES = (
    Watch(
        "qualification",
        "the qualification",
        0.5,
        "So many may mean that it asks too much; the results speak of the few who are left.",
    ),
    Watch(
        "attention",
        "the attention check",
        0.2,
        "So many may mean that catch trials can't be answered as they ask: try them in a preview, and look "
        "at the answers to them in trials.csv.",
    ),
)


@dataclass(frozen=True)
class Exclusion:
    """What a check came to, over all raters that it could judge.

    Args:
        watch: The check.
        failed: Raters who failed it.
        passed: Raters who passed it.
        unknown: Raters whom it could not judge, and who count.
    """

    watch: Watch
    failed: int
    passed: int
    unknown: int = 0

    @property
    def judged(self) -> int:
        """Raters who passed or failed."""
        return self.failed + self.passed

    @property
    def rate(self) -> str:
        """The share that failed, of those judged, in words."""
        return f"of {self.judged:,}, {show_share(self.failed / self.judged)}" if self.judged else ""

    @property
    def alarm(self) -> str:
        """What must be said of so many failures; empty if there are not."""
        if self.judged < FEWEST_JUDGED or self.failed / self.judged <= self.watch.alarm_share:
            return ""
        share = show_share(self.failed / self.judged)
        return f"{self.failed} of {self.judged} raters ({share}) failed {self.watch.title}. {self.watch.hint}"
