"""The door to ``metrics``: sample sets go in as files, numbers come out, in a worker or a command only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

import metrics
from evalsite.runs.errors import MeasurementError
from evalsite.runs.models import MetricRun
from evalsite.samples.errors import MissingFileError
from evalsite.samples.models import SampleSet
from evalsite.samples.selectors import image_paths

Progress = Callable[[int, int], None]
"""Told the number of images looked at and the number in all; what it raises ends the measurement."""


def measure(run: MetricRun, metric: str, *, progress: Progress) -> list[dict[str, Any]]:
    """Compute one metric of a run; features are cached, so that the next metric finds them.

    Returns:
        For each of its quantities what `metrics.MetricResult` says, as plain values.

    Raises:
        MeasurementError: with the metric's own sentence: unknown name, missing weights, too few images…
    """
    folder = Path(settings.EVALSITE_DATA)
    try:
        results = metrics.evaluate(
            generated=_images(run.sample_set),
            reference=_images(run.reference_set) if run.reference_set else None,
            metrics=[metric],
            extractor=run.settings.get("extractor") or None,
            protocol=run.settings.get("protocol") or None,
            seed=int(run.settings.get("seed") or 0),
            cache=folder / "cache",
            weights=folder / "weights",
            progress=progress,
        )
    except (metrics.MetricsError, MissingFileError) as error:
        raise MeasurementError(str(error)) from error
    return [result.as_dict() for result in results]


def _images(sample_set: SampleSet) -> metrics.Images:
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
            {"name": one.name, "better": one.better, "title": one.title or metric.title}
            for one in metric.quantities
        ],
    }


def _describe(entry: Any) -> dict[str, str]:
    summary = " ".join(entry.description.partition("\n\n")[0].split())
    return {"title": entry.title, "summary": summary, "paper": entry.paper}
