"""Evaluate generated images: open what was given, plan, make the evidence, compute every metric.

Nothing here knows a metric, an extractor or a kind of evidence by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.cache import FeatureCache
from metrics.distributed import ALONE, Workers
from metrics.evidence.making import Made, contribute, make
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.extractors.registry import Extractor, WeightsRequest
from metrics.inputs.opening import DEFAULT_SAMPLES, Input, Opening, open_inputs
from metrics.planning.extractors import ExtractorOptions
from metrics.planning.groups import PlannedMetric, make_plan
from metrics.planning.selection import LeftOut, Omissions, Settings, select
from metrics.registry.metric import measure
from metrics.results.result import Evaluation, Facts, MetricResult, result_of

Progress = Callable[[int, int], None]
OnResult = Callable[[Sequence[MetricResult]], None]
OnFailure = Callable[[LeftOut], None]


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
    on_result: OnResult | None = None,
    on_failure: OnFailure | None = None,
) -> Evaluation:
    """Measure a set of generated images.

    Each extractor is opened once and looks at each image once, whatever the number of metrics. Everything
    that can be refused is refused before that.

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
        on_result: called with a metric's results, one for each quantity, as soon as they are computed; an
            exception that it raises cancels the evaluation, too.
        on_failure: called with each metric that can't be computed, and why; the others are still computed.
            None raises the error of a metric that was asked for by name.

    Returns:
        A result for each quantity, in the order of `metrics`; what was left out, and why; and the sets of
        images, for `metrics.export_pairs`.

    Raises:
        UnknownNameError: a name doesn't exist; the message suggests a close one.
        InvalidSettingError: a setting has a value of the wrong type or out of range; no such device.
        MissingEvidenceError: a metric asked for by name needs what is not given.
        MissingWeightsError: an extractor's weights are not there.
        ImageReadError: an image can't be read.
        TooFewSamplesError: a metric is undefined on so few images.
    """
    sets = _given(
        generated=generator if generated is None else generated, reference=reference, held_out=held_out
    )
    networks = _given(generator=generator, discriminator=discriminator, contest=contest)
    store = FeatureCache(cache) if cache is not None else None
    omissions = Omissions(on_failure)
    choices = select(metrics, [*sets, *networks], omissions, settings=settings, seed=seed)
    inputs = open_inputs(sets, networks, Opening(samples, seed, allow_unreadable, data_root, download, store))
    request = WeightsRequest(frozenset(), weights, download)
    options = ExtractorOptions(
        extractor, protocol, layer, request, device, backend, precision, store, workers
    )
    plan = make_plan(choices, inputs, options, omissions)
    counter = _Counter(progress, plan.image_count)
    results: dict[str, Sequence[MetricResult]] = {}
    for group in plan.groups:
        if not workers.leads:
            contribute(group, counter.advance)
            continue
        made = make(group, counter.advance)
        for planned in _computable(made, omissions):
            name = planned.metric.name
            with omissions.of(planned.choice):
                results[name] = _compute(planned, made)
            if on_result is not None and name in results:
                on_result(results[name])
    ordered = [result for choice in choices for result in results.get(choice.metric.name, ())]
    return Evaluation(tuple(ordered), tuple(omissions.found), inputs.images)


def _given(**asked: Any) -> dict[str, Any]:
    """What was given of what might have been."""
    return {role: given for role, given in asked.items() if given is not None}


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


def _computable(made: Made, omissions: Omissions) -> list[PlannedMetric]:
    """The metrics whose evidence could all be made; the others are left out before any is computed."""
    found = []
    for planned in made.group.metrics:
        with omissions.of(planned.choice):
            made.of(planned)
            found.append(planned)
    return found


def _compute(planned: PlannedMetric, made: Made) -> list[MetricResult]:
    metric, evidence = planned.metric, made.of(planned)
    started = time.perf_counter()
    measured = measure(metric, evidence, planned.settings)
    facts = Facts(
        settings=planned.settings,
        seconds=time.perf_counter() - started,
        notes=planned.notes,
        extractor=made.group.facts,
        layer=planned.layer,
    )
    return [
        result_of(metric, quantity, measured[quantity.name], evidence, facts)
        for quantity in metric.quantities
    ]
