"""What an evaluation gives back: a number with everything that makes it comparable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, overload

import torch

from metrics.evidence.kinds import Images, Provenance
from metrics.evidence.pairs import ImagePairs
from metrics.planning.extractors import ExtractorFacts
from metrics.planning.selection import LeftOut
from metrics.registry.metric import Measured, Metric, Quantity
from metrics.registry.signatures import SettingValue


@dataclass(frozen=True)
class MetricResult:
    """One quantity of one metric, measured.

    Attributes:
        metric: name of the metric.
        quantity: name of the quantity; it names the extractor where that is not the metric's own.
        title: the quantity's name in prose.
        value: the number.
        better: "lower" or "higher".
        std: spread over the metric's splits or subsets, if it has any.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        n_generated: number of generated images.
        n_reference: number of reference images; None if the metric looks at none.
        extractor: name of the extractor.
        protocol: name of the preprocessing.
        settings: all settings of the metric.
        provenance: digests of the weights and of each set of images, output of the network, dtype, versions.
        seconds: time the metric took, without the extraction of features.
        warnings: sentences that a reader of the number must know.
        interval: how the interval was made.
        pairs: pairs of images for people to judge, if the metric finds any.
    """

    metric: str
    quantity: str
    title: str
    value: float
    better: str
    std: float | None
    low: float | None
    high: float | None
    n_generated: int | None
    n_reference: int | None
    extractor: str
    protocol: str
    settings: Mapping[str, SettingValue]
    provenance: Mapping[str, str]
    seconds: float
    warnings: tuple[str, ...]
    interval: str = ""
    pairs: ImagePairs | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON values."""
        return asdict(self) | {"warnings": list(self.warnings)}


@dataclass(frozen=True)
class Facts:
    """What a metric was measured with.

    Attributes:
        settings: all settings of the metric.
        seconds: time it took.
        notes: what must be known of its evidence.
        extractor: what there is to say of the extractor.
        layer: the layer that was taken instead of the extractor's features, if one was.
    """

    settings: Mapping[str, SettingValue]
    seconds: float
    notes: tuple[str, ...]
    extractor: ExtractorFacts
    layer: str


def result_of(
    metric: Metric, quantity: Quantity, measured: Measured, evidence: Mapping[str, Any], facts: Facts
) -> MetricResult:
    """One quantity with everything that makes it comparable.

    Args:
        metric: the metric.
        quantity: which of its quantities.
        measured: what it came to.
        evidence: what the metric was computed from, by parameter.
        facts: what it was measured with.
    """
    name, title = metric.label(quantity, facts.extractor.name, facts.extractor.title, facts.layer)
    roles = _by_role(metric, evidence)
    origins = [origin for item in evidence.values() if isinstance(origin := _origin(item), Provenance)]
    shared = next(iter(origins), None)
    return MetricResult(
        metric=metric.name,
        quantity=name,
        title=title,
        value=measured.value,
        better=quantity.better,
        std=measured.std,
        low=measured.low,
        high=measured.high,
        n_generated=_count(roles.get("generated")),
        n_reference=_count(roles.get("reference")),
        extractor=shared.extractor if shared else "",
        protocol=shared.protocol if shared else "",
        settings=dict(facts.settings),
        provenance=_trace(shared, roles),
        seconds=facts.seconds,
        warnings=tuple(dict.fromkeys((*measured.notes, *facts.notes))),
        interval=measured.interval,
        pairs=measured.pairs,
    )


def _by_role(metric: Metric, evidence: Mapping[str, Any]) -> dict[str, Any]:
    """For each role the evidence that knows its images best: labels don't say which images they are of."""
    known = {need: evidence[need.parameter] for need in metric.needs}
    return {need.role: known[need] for need in sorted(known, key=lambda need: bool(_digest(known[need])))}


def _trace(shared: Provenance | None, roles: Mapping[str, Any]) -> dict[str, str]:
    looked = asdict(shared) if shared else {}
    return {
        **{name: str(looked.get(name, "")) for name in ("weights_digest", "output", "dtype", "backend")},
        "torch": torch.__version__,
        "metrics": _version(),
        **{f"{role}_digest": digest for role, item in roles.items() if (digest := _digest(item))},
    }


def _origin(item: Any) -> Any:
    return getattr(item, "provenance", None)


def _count(item: Any) -> int | None:
    """Number of images behind evidence; None if there are none, or nobody knows."""
    origin = _origin(item)
    return (origin.count if isinstance(origin, Provenance) else getattr(item, "count", None)) or None


def _digest(item: Any) -> str:
    """What identifies the images, or the network, behind evidence."""
    origin = _origin(item)
    if isinstance(origin, Provenance):
        return origin.images_digest
    if isinstance(origin, Mapping):
        return hashlib.sha256(json.dumps(dict(origin), sort_keys=True, default=str).encode()).hexdigest()
    return getattr(item, "digest", "")


def _version() -> str:
    try:
        return version("evalsite")
    except PackageNotFoundError:
        return "unreleased"


@dataclass(frozen=True)
class Evaluation(Sequence[MetricResult]):
    """The results in the order of the metrics asked for, and what was left out.

    Attributes:
        results: one for each quantity.
        left_out: metrics that couldn't run on what was given, each with the reason.
        images: the sets of images that were given, by role.
    """

    results: tuple[MetricResult, ...]
    left_out: tuple[LeftOut, ...] = ()
    images: Mapping[str, Images] = field(default_factory=dict, repr=False)

    @overload
    def __getitem__(self, index: int) -> MetricResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[MetricResult]: ...
    def __getitem__(self, index: int | slice) -> MetricResult | Sequence[MetricResult]:
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "results": [result.as_dict() for result in self.results],
            "left_out": [asdict(item) for item in self.left_out],
        }
