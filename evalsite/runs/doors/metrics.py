"""The door to ``metrics``: sample sets go in as files, numbers come out, in a worker or a command only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

import metrics
from evalsite.runs.errors import MeasurementError
from evalsite.runs.models import MetricRun
from evalsite.samples.errors import FaultyFileError, StoreError
from evalsite.samples.models import SampleSet
from evalsite.samples.selectors import image_paths

Progress = Callable[[int, int], None]
"""Given the number of images looked at and the number in all; what it raises ends the measurement."""
OnResult = Callable[[str, list[dict[str, Any]]], None]
"""Given a metric's name and, for each of its quantities, what `metrics.MetricResult` says as plain values."""
OnFailure = Callable[[str, str], None]
"""Given the name of a metric that can't be computed, and the metric's own sentence why."""


def measure(
    run: MetricRun,
    names: Sequence[str],
    *,
    progress: Progress,
    on_result: OnResult,
    on_failure: OnFailure,
) -> None:
    """Compute metrics of a run in one evaluation, so that each network is opened once.

    Args:
        run: what is measured.
        names: names of metrics.
        progress: told of the images looked at.
        on_result: given each metric's values as soon as they are computed.
        on_failure: given each metric that can't be computed; the others are still computed.

    Raises:
        MeasurementError: no metric can be computed, for example because the file of an image is damaged.
    """
    folder = Path(settings.EVALSITE_DATA)
    try:
        metrics.evaluate(
            generated=_images(run.sample_set),
            reference=_images(run.reference_set) if run.reference_set else None,
            metrics=list(names),
            extractor=run.settings.get("extractor") or None,
            protocol=run.settings.get("protocol") or None,
            seed=int(run.settings.get("seed") or 0),
            cache=folder / "cache",
            weights=folder / "weights",
            progress=progress,
            on_result=lambda found: on_result(found[0].metric, [result.as_dict() for result in found]),
            on_failure=lambda omitted: on_failure(omitted.metric, omitted.reason),
        )
    except (metrics.MetricsError, FaultyFileError, StoreError) as error:
        raise MeasurementError(str(error)) from error


def _images(sample_set: SampleSet) -> metrics.Images:
    # Verified even where the features are cached: no number comes from a set that is not whole any more.
    return metrics.open_images(image_paths(sample_set), digest=sample_set.manifest_digest)


def describe_catalogue() -> dict[str, Any]:
    """What `evalsite.runs.catalogue` keeps of metrics and extractors, and the sentences on faulty files."""
    return {
        "metrics": {metric.name: _describe_metric(metric) for metric in metrics.METRICS},
        "extractors": {
            entry.name: {**_describe(entry), "protocols": entry.protocols} for entry in metrics.EXTRACTORS
        },
        "faults": [*metrics.METRICS.faults.values(), *metrics.EXTRACTORS.faults.values()],
    }


def _describe_metric(metric: metrics.Metric) -> dict[str, Any]:
    return {
        **_describe(metric),
        "extractor": metric.extractor or "",
        "needs": [{"role": need.role, "kind": need.kind.__name__} for need in metric.needs],
        "quantities": [
            {
                "name": one.name,
                "better": one.better,
                "title": one.title or metric.title,
                "senses": sorted(one.senses),
                "judges": one.judges,
            }
            for one in metric.quantities
        ],
    }


def _describe(entry: Any) -> dict[str, str]:
    summary = " ".join(entry.description.partition("\n\n")[0].split())
    return {"title": entry.title, "summary": summary, "paper": entry.paper}
