"""Which metrics share a pass over the images, and what is wanted of each set in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metrics.errors import EvidenceMismatchError, InvalidSettingError, MetricsError, MissingEvidenceError
from metrics.evidence.gathering import Want, ready, want
from metrics.evidence.kinds import Provenance
from metrics.extractors.registry import Extractor
from metrics.inputs.opened import Supplier, same_classes
from metrics.inputs.opening import EMBED
from metrics.planning.extractors import (
    Lens,
    Optics,
    extractor_for,
    known_origin,
    layer_output,
    open_lens,
    ready_lens,
)
from metrics.planning.selection import LEFT_OUT, Choice, Omissions
from metrics.registry.discovery import unknown_name
from metrics.registry.metric import Metric
from metrics.registry.signatures import SettingValue

Settings = Mapping[str, Mapping[str, SettingValue]]


def check_settings(choices: Sequence[Choice], given: Settings, seed: int) -> None:
    """Check that settings fit the metrics asked for, and that the seed is one.

    Raises:
        UnknownNameError: no metric asked for has the name, or the setting.
        InvalidSettingError: a value is of another type or out of range.
    """
    if seed < 0:
        raise InvalidSettingError(f"The seed is {seed}; give a whole number from 0.")
    metrics = {choice.metric.name: choice.metric for choice in choices}
    for name, values in given.items():
        if name not in metrics:
            raise unknown_name("metric with settings among those asked for", name, metrics)
        metrics[name].resolve(values)


def with_roles(choices: Sequence[Choice], given: Mapping[str, object], omissions: Omissions) -> list[Choice]:
    """The choices for which there is something in every role that they need.

    Raises:
        MissingEvidenceError: there isn't, for one asked for by name.
    """
    for choice in choices:
        with omissions.of(choice):
            for need in choice.metric.needs:
                if need.role not in (*given, EMBED):
                    raise MissingEvidenceError(
                        f"{choice.metric.title} needs {_MISSING[need.role]} given; "
                        f"pass {need.role}=…, or --{need.role.replace('_', '-')} on the command line."
                    )
    return omissions.remain(choices)


_MISSING = {
    "generated": "generated images, but none are",
    "reference": "reference images, but none are",
    "held_out": "held-out images, but none are",
    "generator": "a generator, but none is",
    "discriminator": "a discriminator, but none is",
    "contest": "a contest's judgements, but none are",
}


@dataclass(frozen=True)
class Group:
    """Metrics that share an extractor, and with it one pass over each set.

    Attributes:
        lens: the extractor.
        choices: the metrics.
        layer_asked: the layer that the user chose, if any.
    """

    lens: Lens
    choices: tuple[Choice, ...]
    layer_asked: str | None

    def of(self, metric: Metric) -> list[Want]:
        """What a metric wants, in the order of its parameters."""
        return wants_of(metric, self.layer_asked)

    def layer(self, metric: Metric) -> str:
        """The layer that a metric's features come from, if it isn't the metric's own."""
        taken = layer_output(self.layer_asked, metric.output)
        return self.layer_asked or "" if taken != metric.output else ""

    def by_role(self) -> dict[str, list[Want]]:
        """What all metrics together want of each role, each once, in an order that is always the same."""
        wants = dict.fromkeys(item for choice in self.choices for item in self.of(choice.metric))
        roles = dict.fromkeys(item.role for item in wants)
        return {role: [item for item in wants if item.role == role] for role in roles}

    def steps(self, suppliers: Mapping[str, Supplier]) -> int:
        """How many images will be looked at."""
        return sum(suppliers[role].steps(wants) for role, wants in self.by_role().items())

    def collect(self, suppliers: Mapping[str, Supplier], advance: Callable[[int], None]) -> dict[Want, Any]:
        """All that the metrics want; an error in the place of what can't be made."""
        found: dict[Want, Any] = {}
        for role, wants in self.by_role().items():
            found |= suppliers[role].supply(wants, self.lens, advance)
        return same_classes(suppliers, found)

    def fed(self, evidence: Mapping[Want, Any], omissions: Omissions) -> list[Choice]:
        """The metrics for which all that they want could be made.

        Raises:
            MetricsError: it could not, for one asked for by name.
        """
        for choice in self.choices:
            with omissions.of(choice):
                for item in self.of(choice.metric):
                    ready(evidence[item])
        return omissions.remain(self.choices)

    def resolve(self, metric: Metric, given: Settings, seed: int) -> dict[str, SettingValue]:
        """All settings of a metric: what the user says, else what the protocol asks for, else the default."""
        common = {**self.lens.settings, "seed": seed}
        known = {name: value for name, value in common.items() if name in metric.settings}
        return metric.resolve(known | dict(given.get(metric.name, {})))


def wants_of(metric: Metric, layer: str | None) -> list[Want]:
    """What a metric wants, in the order of its parameters."""
    return [want(need, layer_output(layer, metric.output)) for need in metric.needs]


def plan(
    choices: Sequence[Choice], suppliers: Mapping[str, Supplier], optics: Optics, omissions: Omissions
) -> list[Group]:
    """Metrics by extractor, the extractors opened.

    Args:
        choices: the metrics; something is given in every role that they need.
        suppliers: what is given, by role.
        optics: how extractors are opened.
        omissions: takes what a selection has to leave out.

    Raises:
        MissingEvidenceError: what is given can't become what a metric asked for by name needs.
        MissingWeightsError: there are no weights for it.
    """
    planner = _Planner(suppliers, optics, omissions)
    by_extractor: dict[str | Extractor, list[Choice]] = {}
    for choice in choices:
        with omissions.of(choice):
            planner.require_kinds(choice.metric)
            by_extractor.setdefault(planner.extractor(choice.metric), []).append(choice)
    groups = [planner.group(key, members) for key, members in by_extractor.items()]
    return [group for group in groups if group is not None]


@dataclass(frozen=True)
class _Planner:
    suppliers: Mapping[str, Supplier]
    optics: Optics
    omissions: Omissions

    def require_kinds(self, metric: Metric) -> None:
        for item in wants_of(metric, self.optics.layer):
            lacking = self.suppliers[item.role].lacks(item)
            if lacking:
                raise MissingEvidenceError(f"{metric.title} needs as {item.role}: {lacking}.")

    def extractor(self, metric: Metric) -> str | Extractor:
        """The one that saved numbers come from, or the one asked for, or the metric's own."""
        known, asked = self._known_origin(), self.optics.extractor
        if known is None:
            outputs = frozenset(item.output for item in wants_of(metric, self.optics.layer))
            return asked or extractor_for(metric.extractor, outputs)
        if asked is not None and known.extractor != getattr(asked, "name", asked):
            raise EvidenceMismatchError(
                f"The saved numbers come from {known.extractor}, not from the extractor that is asked for; "
                "ask for none, or save the numbers of that one."
            )
        return asked or known.extractor

    def group(self, key: str | Extractor, choices: list[Choice]) -> Group | None:
        """The metrics that can run with an extractor; None if none can."""
        outputs = frozenset[str]().union(*(self._outputs(choice) for choice in choices))
        try:
            return Group(self._lens(key, outputs, choices), tuple(choices), self.optics.layer)
        except LEFT_OUT:
            attainable = self._attainable(key, choices)
        choices = self.omissions.remain(choices)
        if not choices:
            return None
        return Group(self._lens(key, attainable, choices), tuple(choices), self.optics.layer)

    def _attainable(self, key: str | Extractor, choices: list[Choice]) -> frozenset[str]:
        """The outputs that metrics asked for by name want, and what else a selection wants and can have."""
        outputs = frozenset[str]().union(*(self._outputs(choice) for choice in choices if choice.named))
        failed: dict[frozenset[str], MetricsError] = {}
        for choice in sorted(choices, key=lambda choice: len(self._outputs(choice))):
            mine = self._outputs(choice)
            if mine <= outputs and not choice.named:
                continue
            with self.omissions.of(choice):
                for tried, error in failed.items():
                    if tried <= mine:
                        raise error
                try:
                    self._lens(key, outputs | mine, [choice])
                except LEFT_OUT as error:
                    failed[mine] = error
                    raise
                outputs |= mine
        return outputs

    def _lens(self, key: str | Extractor, outputs: frozenset[str], choices: Sequence[Choice]) -> Lens:
        known = self._known_origin()
        if not outputs:
            return ready_lens(key, known, self.optics)
        optics = self.optics
        if optics.protocol is None and known is not None:
            optics = replace(optics, protocol=known.protocol)
        if any(need.role == EMBED for choice in choices for need in choice.metric.needs):
            optics = replace(optics, backend="torch")  # others give no gradients
        return open_lens(key, outputs, optics)

    def _outputs(self, choice: Choice) -> frozenset[str]:
        wants = wants_of(choice.metric, self.optics.layer)
        return frozenset[str]().union(*(self.suppliers[item.role].outputs([item]) for item in wants))

    def _known_origin(self) -> Provenance | None:
        return known_origin([supplier.provenance for supplier in self.suppliers.values()])
