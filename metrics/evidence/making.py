"""Make the evidence that a group of metrics needs, each image looked at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from metrics.evidence.gathering import ExtractorEmbedder, gather, required
from metrics.evidence.kinds import Embedder, Labels, Moments
from metrics.extractors.extraction import Pass
from metrics.inputs.opened import OpenedInput
from metrics.planning.groups import Group, PlannedMetric, Step
from metrics.planning.wants import Want

Advance = Callable[[int], None]
"""Called with the number of images done since its last call."""


@dataclass(frozen=True)
class Made:
    """The evidence of a group of metrics.

    Attributes:
        group: the metrics.
        evidence: what was made, or an `Unmade`.
    """

    group: Group
    evidence: Mapping[Want, Any]

    def of(self, planned: PlannedMetric) -> dict[str, Any]:
        """What a metric is computed from, by parameter.

        Raises:
            MetricsError: some of it could not be made.
        """
        wants = zip(planned.metric.needs, planned.wants, strict=True)
        return {need.parameter: required(self.evidence[item]) for need, item in wants}


def make(group: Group, advance: Advance) -> Made:
    """Make all that a group needs.

    Args:
        group: the metrics, with their passes over the images.
        advance: called with the number of images done since its last call.
    """
    found: dict[Want, Any] = {}
    for step in group.steps:
        found |= _made(step, group, advance)
    return Made(group, {item: _alike(made, group.classes) for item, made in found.items()})


def contribute(group: Group, advance: Advance) -> None:
    """Do a follower's share of the passes that the leader makes evidence of."""
    for step in group.steps:
        if step.over is not None and step.image_count:
            step.over.contribute(advance)


def _made(step: Step, group: Group, advance: Advance) -> dict[Want, Any]:
    given, over = step.given, step.over
    ready = {item: _ready(given, item, group) for item in step.wants if _key(item) in given.evidence}
    rest = [item for item in step.wants if item not in ready]
    if over is None:
        return ready | (gather([given.rows], rest, given.provenance) if given.provenance else {})
    embedders = {item: _embedder(over, item) for item in rest if item.kind is Embedder}
    extracted = [item for item in rest if item not in embedders]
    chunks = over.chunks(advance) if extracted else ()
    return ready | embedders | gather(chunks, extracted, over.provenance)


def _key(item: Want) -> tuple[type[Any], str]:
    return item.kind, item.output


def _ready(given: OpenedInput, item: Want, group: Group) -> Any:
    """What there is already; moments of unknown origin are taken to come from the extractor in use."""
    made = given.evidence[_key(item)]
    if given.provenance is not None or not isinstance(made, Moments):
        return made
    origin = replace(group.facts.origin, output=item.output, images_digest=made.provenance.images_digest)
    return replace(made, provenance=origin)


def _embedder(over: Pass, item: Want) -> ExtractorEmbedder:
    origin = replace(over.provenance, output=item.output)
    return ExtractorEmbedder(over.extractor, over.protocol, origin)


def _alike(made: Any, classes: tuple[str, ...]) -> Any:
    """Labels numbered over the classes of all sets, so that a class means the same in each."""
    return made.renamed(classes) if isinstance(made, Labels) else made
