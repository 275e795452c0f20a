"""Evaluate generated images: which evidence is needed, one pass for all of it, then every metric.

Nothing here knows a metric, an extractor or a kind of evidence by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from metrics.cache import FeatureCache
from metrics.discovery import unknown_name
from metrics.errors import InvalidSettingError, MissingEvidenceError
from metrics.evidence import OUTPUT_OF, collect
from metrics.extractors.extraction import Pass
from metrics.extractors.registry import EXTRACTORS, Extractor, WeightsRequest
from metrics.images.protocols import Protocol, get_protocol
from metrics.images.sources import ImageInput, open_images
from metrics.registry import METRICS, Measured, Metric, Quantity, measure
from metrics.results import MetricResult
from metrics.signatures import SettingValue
from metrics.types import Evidence, Images

Progress = Callable[[int, int], None]
Settings = Mapping[str, Mapping[str, SettingValue]]
DEFAULT_EXTRACTOR = "inception_v3"


def evaluate(
    *,
    generated: ImageInput,
    reference: ImageInput | None = None,
    metrics: Sequence[str],
    extractor: str | Extractor | None = None,
    protocol: str | None = None,
    settings: Settings | None = None,
    seed: int = 0,
    cache: Path | None = None,
    weights: Path | None = None,
    download: bool = True,
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[MetricResult]:
    """Measure a set of generated images.

    Each extractor looks at each image once, whatever the number of metrics. Everything that can be refused
    is refused before that.

    Args:
        generated: images, see `metrics.open_images`.
        reference: real images, for the metrics that compare with them.
        metrics: names of metrics.
        extractor: name of the extractor for all of them; None takes each metric's own.
        protocol: name of the preprocessing; None takes the extractor's default.
        settings: for a metric's name, values of its settings that are not to be the default.
        seed: the `seed` of every metric that has one, unless `settings` says otherwise.
        cache: folder in which features are kept; a pass that was cut short goes on from there.
        weights: folder with weights files.
        download: whether public weights may be fetched at first use.
        device: torch device that the networks run on.
        progress: called with the number of images done and the number in all; an exception that it raises
            cancels the evaluation, and what the cache holds by then stays.

    Returns:
        A result for each quantity, in the order of `metrics`.

    Raises:
        UnknownNameError: a name doesn't exist; the message suggests a close one.
        InvalidSettingError: a setting has a value of the wrong type or out of range; no such device.
        MissingEvidenceError: a metric needs a set of images that is not given.
        MissingWeightsError: an extractor's weights are not there.
        ImageReadError: an image can't be read.
        TooFewSamplesError: a metric is undefined on so few images.
    """
    chosen = [METRICS.get(name) for name in dict.fromkeys(metrics)]
    resolved = _resolve_settings(chosen, settings or {}, seed)
    given = (
        {"generated": generated} if reference is None else {"generated": generated, "reference": reference}
    )
    _require_roles(chosen, given)
    request = WeightsRequest(frozenset(), weights, download)
    groups = _group(chosen, extractor, protocol, request, _open_device(device))
    images = {role: open_images(source) for role, source in given.items()}
    store = FeatureCache(cache) if cache is not None else None
    counter = _Counter(
        progress, sum(images[role].count for group in groups for role in group.kinds_by_role())
    )
    results: dict[str, list[MetricResult]] = {}
    for group in groups:
        evidence = {
            role: collect(Pass(images[role], group.extractor, group.protocol, store), kinds, counter.advance)
            for role, kinds in group.kinds_by_role().items()
        }
        for metric in group.metrics:
            results[metric.name] = _run(metric, evidence, resolved[metric.name], group.extractor)
    return [result for metric in chosen for result in results[metric.name]]


@dataclass
class _Counter:
    """Adds up the images done over all passes."""

    progress: Progress | None
    total: int
    done: int = 0

    def advance(self, images: int) -> None:
        self.done += images
        if self.progress is not None:
            self.progress(self.done, self.total)


def _resolve_settings(
    metrics: Sequence[Metric], given: Settings, seed: int
) -> dict[str, dict[str, SettingValue]]:
    names = [metric.name for metric in metrics]
    for name in given:
        if name not in names:
            raise unknown_name("metric with settings among those asked for", name, names)
    return {
        metric.name: metric.resolve(
            ({"seed": seed} if "seed" in metric.settings else {}) | dict(given.get(metric.name, {}))
        )
        for metric in metrics
    }


def _open_device(name: str) -> torch.device:
    try:
        torch.zeros(1, device=name).item()
    except (RuntimeError, AssertionError) as error:
        raise InvalidSettingError(
            f"There is no device {name!r} here; give cpu, or cuda where torch sees a GPU."
        ) from error
    return torch.device(name)


def _require_roles(metrics: Sequence[Metric], given: Mapping[str, object]) -> None:
    for metric in metrics:
        for need in metric.needs:
            if need.role not in given:
                raise MissingEvidenceError(
                    f"{metric.title} needs {need.role} images, but none are given; pass {need.role}=…"
                )


@dataclass(frozen=True)
class _Group:
    """Metrics that share an extractor, and with it one pass over each set."""

    extractor: Extractor
    protocol: Protocol
    metrics: tuple[Metric, ...]

    def kinds_by_role(self) -> dict[str, set[type[Any]]]:
        """The union of what the metrics need of each set."""
        kinds: dict[str, set[type[Any]]] = {}
        for metric in self.metrics:
            for need in metric.needs:
                kinds.setdefault(need.role, set()).add(need.kind)
        return kinds


def _group(
    metrics: Sequence[Metric],
    asked: str | Extractor | None,
    protocol: str | None,
    request: WeightsRequest,
    device: torch.device,
) -> list[_Group]:
    """Metrics by extractor, the extractors loaded."""
    by_extractor: dict[str | Extractor, list[Metric]] = {}
    for metric in metrics:
        by_extractor.setdefault(asked or metric.extractor or DEFAULT_EXTRACTOR, []).append(metric)
    groups = []
    for key, members in by_extractor.items():
        needs = [need for metric in members for need in metric.needs]
        outputs = frozenset(OUTPUT_OF[need.kind] for need in needs if need.kind in OUTPUT_OF)
        wanted = replace(request, outputs=outputs)
        extractor = key if isinstance(key, Extractor) else EXTRACTORS.get(key).open(wanted, device)
        _require_outputs(extractor, outputs, members)
        groups.append(_Group(extractor, get_protocol(extractor.protocol_name(protocol)), tuple(members)))
    return groups


def _require_outputs(extractor: Extractor, outputs: frozenset[str], metrics: Sequence[Metric]) -> None:
    missing = outputs - extractor.outputs
    if missing:
        raise MissingEvidenceError(
            f"{extractor.title} gives no {', '.join(sorted(missing))}, needed among "
            f"{', '.join(metric.name for metric in metrics)}; choose another extractor."
        )


def _run(
    metric: Metric,
    evidence: Mapping[str, Mapping[type[Any], Evidence]],
    settings: Mapping[str, SettingValue],
    extractor: Extractor,
) -> list[MetricResult]:
    taken = {need.parameter: evidence[need.role][need.kind] for need in metric.needs}
    started = time.perf_counter()
    measured = measure(metric, taken, settings)
    seconds = time.perf_counter() - started
    return [
        _result(
            metric,
            quantity,
            measured[quantity.name],
            taken,
            settings=settings,
            used=extractor,
            seconds=seconds,
        )
        for quantity in metric.quantities
    ]


def _result(
    metric: Metric,
    quantity: Quantity,
    measured: Measured,
    evidence: Mapping[str, Evidence],
    *,
    settings: Mapping[str, SettingValue],
    used: Extractor,
    seconds: float,
) -> MetricResult:
    name, title = metric.label(quantity, used.name, used.title)
    origins = {role: item.provenance for role, item in evidence.items() if not isinstance(item, Images)}
    shared = next(iter(origins.values()), None)
    counts = {role: item.count for role, item in evidence.items()}
    return MetricResult(
        metric=metric.name,
        quantity=name,
        title=title,
        value=measured.value,
        better=quantity.better,
        std=measured.std,
        low=measured.low,
        high=measured.high,
        n_generated=counts.get("generated"),
        n_reference=counts.get("reference"),
        extractor=shared.extractor if shared else "",
        protocol=shared.protocol if shared else "",
        settings=dict(settings),
        provenance={
            "weights_digest": shared.weights_digest if shared else "",
            "dtype": shared.dtype if shared else "",
            "torch": torch.__version__,
            "metrics": _version(),
            **{f"{role}_digest": origin.images_digest for role, origin in origins.items()},
        },
        seconds=seconds,
        warnings=measured.notes,
    )


def _version() -> str:
    try:
        return version("evalsite")
    except PackageNotFoundError:
        return "unreleased"
