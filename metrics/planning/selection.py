"""Which metrics are asked for, and which of a selection are left out because they can't run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from metrics.errors import (
    InvalidEvidenceError,
    InvalidSettingError,
    MetricsError,
    MissingEvidenceError,
    MissingPackageError,
    MissingWeightsError,
    TooFewSamplesError,
)
from metrics.registry.metric import METRICS, Metric

ALL = "all"
LEFT_OUT: tuple[type[MetricsError], ...] = (
    InvalidEvidenceError,
    MissingEvidenceError,
    MissingPackageError,
    MissingWeightsError,
    TooFewSamplesError,
)
"""Errors that say that a metric can't run on what was given, rather than that something is wrong with it."""


@dataclass(frozen=True)
class Choice:
    """A metric to run.

    Attributes:
        metric: the metric.
        named: whether it was asked for by its own name, so that it must run.
    """

    metric: Metric
    named: bool


@dataclass(frozen=True)
class LeftOut:
    """A metric of a selection that couldn't run.

    Attributes:
        metric: its name.
        title: its name in prose.
        reason: a sentence that says what is missing.
    """

    metric: str
    title: str
    reason: str


def choose(names: Sequence[str]) -> list[Choice]:
    """The metrics that names of metrics and of selections stand for, each once, in order.

    Args:
        names: names of metrics; "all" for every one that can run; a selection, such as "paper".

    Raises:
        UnknownNameError: nothing has the name; the message suggests a close one.
        InvalidSettingError: no name is given.
    """
    if not names:
        raise InvalidSettingError("No metric is named; name some, or 'all'.")
    chosen: dict[str, Choice] = {}
    for name in names:
        members = [metric for metric in METRICS if name == ALL or name in metric.selections]
        named = not members
        for metric in members or [METRICS.get(name)]:
            before = chosen.get(metric.name)
            chosen[metric.name] = Choice(metric, named or (before is not None and before.named))
    return list(chosen.values())


@dataclass
class Omissions:
    """What is left out, and why."""

    found: list[LeftOut] = field(default_factory=list)

    @contextmanager
    def of(self, choice: Choice) -> Iterator[None]:
        """Do something for a metric: what it can't run on is raised if it was named, and noted if not."""
        try:
            yield
        except LEFT_OUT as error:
            if choice.named:
                raise
            self.found.append(LeftOut(choice.metric.name, choice.metric.title, str(error)))

    def remain(self, choices: Sequence[Choice]) -> list[Choice]:
        """Those of the choices that are not left out."""
        gone = {item.metric for item in self.found}
        return [choice for choice in choices if choice.metric.name not in gone]
