"""Evaluate generated images: which evidence is needed, one pass for all of it, then every metric.

Nothing here knows a metric, an extractor or a kind of evidence by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.cache import FeatureCache
from metrics.distributed import ALONE, Workers
from metrics.evidence.gathering import Want
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.extractors.registry import Extractor, WeightsRequest
from metrics.inputs.opened import ImageSupplier, Supplier
from metrics.inputs.opening import DEFAULT_SAMPLES, Input, Opening, given_of
from metrics.planning.extractors import Optics
from metrics.planning.groups import Group, Settings, check_settings, plan, with_roles
from metrics.planning.selection import Omissions, choose
from metrics.registry.metric import Metric, measure
from metrics.registry.signatures import SettingValue
from metrics.results.result import Evaluation, Facts, MetricResult, report

Progress = Callable[[int, int], None]


def evaluate(
    *,
    metrics: Sequence[str],
    generated: Input | None = None,
    reference: Input | None = None,
    held_out: Input | None = None,
    generator: GeneratorLike | None = None,
    discriminator: DiscriminatorLike | None = None,
    contest: Contest | None = None,
    extractor: str | Extractor | None = None,
    protocol: str | None = None,
    layer: str | None = None,
    settings: Settings | None = None,
    seed: int = 0,
    samples: int = DEFAULT_SAMPLES,
    allow_unreadable: int = 0,
    data_root: Path = Path("data"),
    cache: Path | None = None,
    weights: Path | None = None,
    download: bool = True,
    device: str = "cpu",
    backend: str = "auto",
    precision: str = "float32",
    workers: Workers = ALONE,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure a set of generated images.

    Each extractor looks at each image once, whatever the number of metrics. Everything that can be refused
    is refused before that.

    Args:
        metrics: names of metrics; "all" for every one that can run on what is given; a selection ("paper").
        generated: images, see `metrics.open_images`; or a generator, which is sampled; or a file of features
            or `Features`, `Probabilities`, `Moments`.
        reference: the real images that the generator was trained on, in any of these forms, or a file of
            statistics of ours, pytorch-fid's or ADM's.
        held_out: real images that the generator never saw, in any of these forms.
        generator: a generator, for metrics that make images themselves; sampled if `generated` is not given.
        discriminator: a discriminator, for metrics that ask one.
        contest: judgements of several discriminators, see `metrics.contest`.
        extractor: name of the extractor for all metrics; None takes each metric's own.
        protocol: name of the preprocessing; None takes the extractor's default.
        layer: an earlier layer whose features are taken instead, such as "768" of the 2015 Inception.
        settings: for a metric's name, values of its settings that are not to be the default.
        seed: the `seed` of every metric that has one, unless `settings` says otherwise.
        samples: number of images drawn from a generator.
        allow_unreadable: how many files of each set may be left out because they are no images.
        data_root: the folder in which torchvision keeps its data sets.
        cache: folder in which features are kept; a pass that was cut short goes on from there.
        weights: folder with weights files.
        download: whether public weights and data sets may be fetched at first use.
        device: torch device that the networks run on.
        backend: what runs them: "auto", "torch" or "openvino".
        precision: what they compute in, see `metrics.extractors.precision`.
        workers: the processes that share the work; only the leader measures.
        progress: called with the number of images done and the number in all; an exception that it raises
            cancels the evaluation, and what the cache holds by then stays.

    Returns:
        A result for each quantity, in the order of `metrics`; of a selection what was left out, and why; and
        the sets of images, for `metrics.export_pairs`.

    Raises:
        UnknownNameError: a name doesn't exist; the message suggests a close one.
        InvalidSettingError: a setting has a value of the wrong type or out of range; no such device.
        MissingEvidenceError: a metric asked for by name needs what is not given.
        MissingWeightsError: an extractor's weights are not there.
        ImageReadError: an image can't be read.
        TooFewSamplesError: a metric is undefined on so few images.
    """
    choices = choose(metrics)
    check_settings(choices, settings or {}, seed)
    sets = {
        "generated": generator if generated is None else generated,
        "reference": reference,
        "held_out": held_out,
    }
    players = {"generator": generator, "discriminator": discriminator, "contest": contest}
    store = FeatureCache(cache) if cache is not None else None
    omissions = Omissions()
    choices = with_roles(choices, given_of(sets) | given_of(players), omissions)
    opening = Opening(samples, seed, allow_unreadable, data_root, download, store)
    suppliers = opening.suppliers(given_of(sets), given_of(players))
    request = WeightsRequest(frozenset(), weights, download)
    optics = Optics(extractor, protocol, layer, request, device, backend, precision, store, workers)
    groups = plan(choices, suppliers, optics, omissions)
    counter = _Counter(progress, sum(group.steps(suppliers) for group in groups))
    results: dict[str, list[MetricResult]] = {}
    for group in groups:
        evidence = group.collect(suppliers, counter.advance)
        for choice in group.fed(evidence, omissions) if workers.leads else ():
            with omissions.of(choice):
                chosen = group.resolve(choice.metric, settings or {}, seed)
                results[choice.metric.name] = _run(choice.metric, evidence, chosen, group, suppliers)
    found = [result for choice in choices for result in results.get(choice.metric.name, [])]
    images = {role: item.images for role, item in suppliers.items() if isinstance(item, ImageSupplier)}
    return Evaluation(tuple(found), tuple(omissions.found), images)


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


def _run(
    metric: Metric,
    evidence: Mapping[Want, Any],
    settings: Mapping[str, SettingValue],
    group: Group,
    suppliers: Mapping[str, Supplier],
) -> list[MetricResult]:
    taken = {
        need.parameter: evidence[item] for need, item in zip(metric.needs, group.of(metric), strict=True)
    }
    started = time.perf_counter()
    measured = measure(metric, taken, settings)
    facts = Facts(
        settings=settings,
        seconds=time.perf_counter() - started,
        notes=tuple(note for need in metric.needs for note in suppliers[need.role].notes),
        lens=group.lens,
        layer=group.layer(metric),
    )
    return [report(metric, quantity, measured[quantity.name], taken, facts) for quantity in metric.quantities]
