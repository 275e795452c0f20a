"""Which metrics are asked for, and which of them are left out because they can't run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from metrics.errors import (
    InvalidEvidenceError,
    InvalidSettingError,
    MetricsError,
    MissingEvidenceError,
    MissingPackageError,
    MissingWeightsError,
    NotConvergedError,
    TooFewSamplesError,
)
from metrics.inputs.opened import EMBED
from metrics.registry.discovery import unknown_name
from metrics.registry.metric import METRICS, Metric
from metrics.registry.signatures import SettingValue

ALL = "all"
LEFT_OUT: tuple[type[MetricsError], ...] = (
    InvalidEvidenceError,
    MissingEvidenceError,
    MissingPackageError,
    MissingWeightsError,
    NotConvergedError,
    TooFewSamplesError,
)
"""Errors that say that a metric can't run on what was given, rather than that something is wrong with it."""

Settings = Mapping[str, Mapping[str, SettingValue]]
"""For a metric's name, values of its settings."""


@dataclass(frozen=True)
class Choice:
    """A metric to run.

    Attributes:
        metric: the metric.
        required: whether the evaluation fails if it can't run.
        settings: the user's values of its settings, and the seed if it has one.
    """

    metric: Metric
    required: bool
    settings: Mapping[str, SettingValue] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """A metric that couldn't run.

    Attributes:
        metric: its name.
        title: its name in prose.
        reason: a sentence that says what is missing.
    """

    metric: str
    title: str
    reason: str


@dataclass
class Omissions:
    """What is left out, and why.

    Attributes:
        listener: called with each metric that can't be computed, whatever the reason and even if it was asked
            for by name. Without a listener the error of such a metric is raised.
        found: what is left out so far.
    """

    listener: Callable[[LeftOut], None] | None = None
    found: list[LeftOut] = field(default_factory=list)

    @contextmanager
    def of(self, choice: Choice) -> Iterator[None]:
        """Do something for a metric: an error is raised if the metric is required, and noted if not."""
        try:
            yield
        except MetricsError as error:
            expected = self.listener is not None or isinstance(error, LEFT_OUT)
            if choice.required or not expected:
                raise
            self.add(choice.metric.name, choice.metric.title, str(error))

    def add(self, metric: str, title: str, reason: str) -> None:
        """Leave a metric out."""
        omitted = LeftOut(metric, title, reason)
        self.found.append(omitted)
        if self.listener is not None:
            self.listener(omitted)

    def remain(self, choices: Sequence[Choice]) -> list[Choice]:
        """Those of the choices that are not left out."""
        gone = {item.metric for item in self.found}
        return [choice for choice in choices if choice.metric.name not in gone]


def select(
    names: Sequence[str],
    given: Collection[str],
    omissions: Omissions,
    *,
    settings: Settings | None = None,
    seed: int = 0,
) -> list[Choice]:
    """The metrics that names of metrics and of selections stand for, each once, in order.

    Args:
        names: names of metrics; "all" for every one that can run; a selection, such as "paper".
        given: the roles for which something was given.
        omissions: takes the metrics that need another role, unless they are required.
        settings: for a metric's name, values of its settings.
        seed: the seed of every metric that has one, unless `settings` says otherwise.

    Raises:
        UnknownNameError: nothing has the name; the message suggests a close one. Or `settings` names a metric
            that is not among those asked for, or a setting that its metric doesn't have.
        InvalidSettingError: no name is given, or the seed or a setting is out of range.
        MissingEvidenceError: a required metric needs a role for which nothing was given.
    """
    if not names:
        raise InvalidSettingError("No metric is named; name some, or 'all'.")
    if seed < 0:
        raise InvalidSettingError(f"The seed is {seed}; give a whole number from 0.")
    choices = _with_settings(_chosen(names, omissions), settings or {}, seed)
    for choice in choices:
        with omissions.of(choice):
            _check_roles(choice.metric, given)
    return omissions.remain(choices)


def _chosen(names: Sequence[str], omissions: Omissions) -> list[Choice]:
    chosen: dict[str, Choice] = {}
    for name in names:
        members = [metric for metric in METRICS if name == ALL or name in metric.selections]
        if members:
            _leave_out_faulty(omissions)
        for metric in members or _named(name, omissions):
            required = not members and omissions.listener is None
            before = chosen.get(metric.name)
            chosen[metric.name] = Choice(metric, required or (before is not None and before.required))
    return list(chosen.values())


def _named(name: str, omissions: Omissions) -> list[Metric]:
    try:
        return [METRICS.get(name)]
    except MetricsError as error:
        if omissions.listener is None:
            raise
        omissions.add(name, name, str(error))
        return []


def _leave_out_faulty(omissions: Omissions) -> None:
    """Name the files that can't be used: a selection might have held their metrics."""
    known = {omitted.metric for omitted in omissions.found}
    for stem, sentence in METRICS.faults.items():
        if stem not in known:
            omissions.add(stem, stem, sentence)


def _with_settings(choices: Sequence[Choice], settings: Settings, seed: int) -> list[Choice]:
    metrics = {choice.metric.name: choice.metric for choice in choices}
    for name, values in settings.items():
        if name not in metrics:
            raise unknown_name("metric with settings among those asked for", name, metrics)
        metrics[name].resolve(values)
    return [
        Choice(
            choice.metric,
            choice.required,
            {
                **({"seed": seed} if "seed" in choice.metric.settings else {}),
                **settings.get(choice.metric.name, {}),
            },
        )
        for choice in choices
    ]


def _check_roles(metric: Metric, given: Collection[str]) -> None:
    for need in metric.needs:
        if need.role not in (*given, EMBED):
            raise MissingEvidenceError(
                f"{metric.title} needs {_MISSING[need.role]} given; "
                f"pass {need.role}=…, or --{need.role.replace('_', '-')} on the command line."
            )


_MISSING = {
    "generated": "generated images, but none are",
    "reference": "reference images, but none are",
    "held_out": "held-out images, but none are",
    "generator": "a generator, but none is",
    "discriminator": "a discriminator, but none is",
    "contest": "a contest's judgements, but none are",
}
