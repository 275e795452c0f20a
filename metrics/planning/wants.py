"""Which evidence a metric needs of what was given for each role, and whether it can be had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from metrics.evidence.kinds import EXTRACTED, Embedder, Features, Images, Labels, Moments, Probabilities
from metrics.extractors.registry import FEATURES, PROBABILITIES
from metrics.inputs.opened import OpenedInput
from metrics.registry.metric import Metric

LOOKED_AT: tuple[type[Any], ...] = (*EXTRACTED, Embedder)
"""Kinds for which a network has to look at images."""


@dataclass(frozen=True)
class Want:
    """Evidence that metrics need of one role.

    Attributes:
        role: of which set of images, or from whom.
        kind: of which kind.
        output: which output of the network it is made of; empty for what needs no network.
    """

    role: str
    kind: type[Any]
    output: str


def wants_of(metric: Metric, layer: str | None) -> tuple[Want, ...]:
    """What a metric needs, in the order of its parameters.

    Args:
        metric: the metric.
        layer: the layer that the user chose instead of the extractor's features, such as "768"; or None.
    """
    output = _layer_output(layer, metric.output)
    return tuple(Want(need.role, need.kind, _output_of(need.kind, output)) for need in metric.needs)


def layer_of(metric: Metric, layer: str | None) -> str:
    """The layer that a metric's features come from, if it isn't the metric's own; else empty."""
    return layer or "" if _layer_output(layer, metric.output) != metric.output else ""


def lacking(given: OpenedInput, item: Want) -> str:
    """What would have to be given instead to get this evidence; empty if it can be had."""
    if (item.kind, item.output) in given.evidence:
        return ""
    if given.images is not None:
        return _lacking_of_images(item)
    if given.rows:
        return _lacking_of_rows(given, item)
    found = " or ".join(dict.fromkeys(_name_of(kind) for kind, _ in given.evidence))
    of = "" if item.output in ("", FEATURES) else f" of {item.output}"
    return f"{_name_of(item.kind)}{of}, not {found} alone; {_MOVE}"


def outputs_of(given: OpenedInput, wants: Collection[Want]) -> frozenset[str]:
    """Outputs of the network that has to look at the images for this evidence; none without images."""
    if given.images is None:
        return frozenset()
    return frozenset(item.output for item in wants if item.kind in LOOKED_AT)


def _output_of(kind: type[Any], features: str) -> str:
    """The output that evidence of a kind is made of, where `features` is the output that features are."""
    if kind is Probabilities:
        return PROBABILITIES
    return features if kind in LOOKED_AT else ""


def _layer_output(layer: str | None, output: str) -> str:
    """The output that a metric's features are: its own, or the layer's, such as "features_768"."""
    return f"{FEATURES}_{layer}" if layer and output == FEATURES else output


def _lacking_of_images(item: Want) -> str:
    if item.kind in LOOKED_AT:
        return ""
    return _LABELLED if item.kind is Labels else _name_of(item.kind)


def _lacking_of_rows(given: OpenedInput, item: Want) -> str:
    if item.kind not in EXTRACTED:
        return f"{_name_of(item.kind)}, not features alone; {_MOVE}"
    return "" if item.output in given.rows else f"{item.output}, which the saved features lack; {_MOVE}"


def _name_of(kind: type[Any]) -> str:
    return _NAMES.get(kind, kind.__name__)


_NAMES: Mapping[type[Any], str] = {
    Images: "images",
    Labels: "labels",
    Features: "features",
    Moments: "moments",
    Probabilities: "class probabilities",
}
_MOVE = "give the images themselves"
_LABELLED = "images with labels (a folder for each class, or an .npz file with arr_1)"
