"""Which metrics share a pass over the images, and what that pass makes of each set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metrics.errors import EvidenceMismatchError, MetricsError, MissingEvidenceError
from metrics.extractors.extraction import Pass
from metrics.extractors.registry import Extractor
from metrics.inputs.opened import EMBED, OpenedInput, OpenedInputs
from metrics.planning.extractors import (
    ExtractorFacts,
    ExtractorOptions,
    OpenedExtractor,
    extractor_for,
    facts_of_saved,
    open_for,
)
from metrics.planning.selection import LEFT_OUT, Choice, Omissions
from metrics.planning.wants import Want, lacking, layer_of, outputs_of, wants_of
from metrics.registry.metric import Metric
from metrics.registry.signatures import SettingValue


@dataclass(frozen=True)
class Step:
    """One set and the evidence that is made of it.

    Attributes:
        given: what was given for the role.
        wants: the evidence, each once, in an order that is always the same.
        over: the pass over the images; None where everything is there already.
    """

    given: OpenedInput
    wants: tuple[Want, ...]
    over: Pass | None

    @property
    def image_count(self) -> int:
        """How many images are looked at."""
        return self.over.images.count if self.over else 0


@dataclass(frozen=True)
class PlannedMetric:
    """A metric with everything that is decided before its evidence is made.

    Attributes:
        choice: the metric that was asked for.
        wants: the evidence it needs, in the order of its parameters.
        settings: all its settings: what the user says, else what the protocol asks for, else the default.
        layer: the layer that its features come from, if it isn't the metric's own.
        notes: what must be known of the sets that it is computed from.
    """

    choice: Choice
    wants: tuple[Want, ...]
    settings: Mapping[str, SettingValue]
    layer: str
    notes: tuple[str, ...]

    @property
    def metric(self) -> Metric:
        """The metric itself."""
        return self.choice.metric


@dataclass(frozen=True)
class Group:
    """Metrics that share an extractor, and with it one pass over each set.

    Attributes:
        metrics: the metrics.
        steps: what is made for them, set by set.
        facts: what results say of the extractor.
        classes: names of the classes of all sets.
    """

    metrics: tuple[PlannedMetric, ...]
    steps: tuple[Step, ...]
    facts: ExtractorFacts
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What an evaluation does, decided before any image is looked at.

    Attributes:
        groups: the metrics by extractor, in the order in which they are computed.
    """

    groups: tuple[Group, ...]

    @property
    def image_count(self) -> int:
        """How many images will be looked at; one that two extractors look at counts twice."""
        return sum(step.image_count for group in self.groups for step in group.steps)


def make_plan(
    choices: Sequence[Choice], inputs: OpenedInputs, options: ExtractorOptions, omissions: Omissions
) -> Plan:
    """Group metrics by extractor, and open each extractor once.

    Args:
        choices: the metrics; something is given in every role that they need.
        inputs: what is given, by role.
        options: how extractors are opened.
        omissions: takes the metrics that can't run, unless they are required.

    Raises:
        MissingEvidenceError: what is given can't become what a required metric needs.
        MissingWeightsError: there are no weights for it.
    """
    planner = _Planner(inputs, options, omissions)
    by_extractor: dict[str | Extractor, list[Choice]] = {}
    for choice in choices:
        with omissions.of(choice):
            planner.require_kinds(choice.metric)
            by_extractor.setdefault(planner.extractor(choice.metric), []).append(choice)
    groups = [planner.group(key, members) for key, members in by_extractor.items()]
    return Plan(tuple(group for group in groups if group is not None))


@dataclass(frozen=True)
class _Planner:
    inputs: OpenedInputs
    options: ExtractorOptions
    omissions: Omissions

    def require_kinds(self, metric: Metric) -> None:
        for item in wants_of(metric, self.options.layer):
            if reason := lacking(self.inputs[item.role], item):
                raise MissingEvidenceError(f"{metric.title} needs as {item.role}: {reason}.")

    def extractor(self, metric: Metric) -> str | Extractor:
        """The one that saved numbers come from, or the one asked for, or the metric's own."""
        known, asked = self.inputs.provenance, self.options.extractor
        if known is None:
            outputs = frozenset(item.output for item in wants_of(metric, self.options.layer))
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
            return self._group(key, outputs, choices)
        except self._omissible(choices):
            attainable = self._attainable(key, choices)
        choices = self.omissions.remain(choices)
        return self._group(key, attainable, choices) if choices else None

    def _omissible(self, choices: Sequence[Choice]) -> tuple[type[MetricsError], ...]:
        """Errors of an extractor that may be those of some metrics alone."""
        return LEFT_OUT if self.omissions.listener is None else (MetricsError,)

    def _attainable(self, key: str | Extractor, choices: list[Choice]) -> frozenset[str]:
        """The outputs that required metrics need, and what else the others need and can have."""
        outputs = frozenset[str]().union(*(self._outputs(choice) for choice in choices if choice.required))
        failed: dict[frozenset[str], MetricsError] = {}
        for choice in sorted(choices, key=lambda choice: len(self._outputs(choice))):
            mine = self._outputs(choice)
            if mine <= outputs and not choice.required:
                continue
            with self.omissions.of(choice):
                for tried, error in failed.items():
                    if tried <= mine:
                        raise error
                try:
                    self._open(key, outputs | mine, [choice])
                except MetricsError as error:
                    failed[mine] = error
                    raise
                outputs |= mine
        return outputs

    def _group(self, key: str | Extractor, outputs: frozenset[str], choices: Sequence[Choice]) -> Group:
        if outputs:
            opened = self._open(key, outputs, choices)
            facts = opened.facts
        else:
            opened = None
            facts = facts_of_saved(key, self.inputs.provenance, self.options)
        steps = tuple(self._step(role, wants, opened) for role, wants in self._by_role(choices).items())
        metrics = tuple(self._planned(choice, facts) for choice in choices)
        return Group(metrics, steps, facts, self.inputs.classes)

    def _planned(self, choice: Choice, facts: ExtractorFacts) -> PlannedMetric:
        metric, layer = choice.metric, self.options.layer
        asked = {name: value for name, value in facts.settings.items() if name in metric.settings}
        return PlannedMetric(
            choice,
            wants_of(metric, layer),
            metric.resolve(asked | dict(choice.settings)),
            layer_of(metric, layer),
            tuple(note for need in metric.needs for note in self.inputs[need.role].notes),
        )

    def _by_role(self, choices: Sequence[Choice]) -> Mapping[str, tuple[Want, ...]]:
        """What all metrics together need of each role, each once, in an order that is always the same."""
        wants = dict.fromkeys(
            item for choice in choices for item in wants_of(choice.metric, self.options.layer)
        )
        roles = dict.fromkeys(item.role for item in wants)
        return {role: tuple(item for item in wants if item.role == role) for role in roles}

    def _step(self, role: str, wants: tuple[Want, ...], opened: OpenedExtractor | None) -> Step:
        given = self.inputs[role]
        outputs = outputs_of(given, wants)
        over = opened.over(given.images, outputs) if opened and given.images and outputs else None
        return Step(given, wants, over)

    def _open(
        self, key: str | Extractor, outputs: frozenset[str], choices: Sequence[Choice]
    ) -> OpenedExtractor:
        options, known = self.options, self.inputs.provenance
        if options.protocol is None and known is not None:
            options = replace(options, protocol=known.protocol)
        if any(need.role == EMBED for choice in choices for need in choice.metric.needs):
            options = replace(options, backend="torch")  # others give no gradients
        return open_for(key, outputs, options)

    def _outputs(self, choice: Choice) -> frozenset[str]:
        wants = wants_of(choice.metric, self.options.layer)
        return frozenset[str]().union(*(outputs_of(self.inputs[item.role], [item]) for item in wants))
