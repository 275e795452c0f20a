"""Measured and imported numbers, and views into generators, written as rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.runs import catalogue
from evalsite.runs.errors import MeasurementError
from evalsite.runs.models import GeneratorView, MetricRun, MetricValue
from evalsite.samples.models import Checkpoint, SampleSet

COPIED = ("metric", "title", "value", "better", "std", "low", "high", "n_generated", "n_reference", "seconds")
"""Parts of a result that have a column of their own; the rest is provenance."""
ORIGIN = ("extractor", "protocol", "settings", "warnings")


@dataclass(frozen=True)
class StoredPicture:
    """A picture that lies in the store already and is to become part of a view."""

    caption: str
    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class NewView:
    """A view to be written; without pictures, `about` says why there are none."""

    name: str
    title: str
    about: str
    pictures: tuple[StoredPicture, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def record_view(checkpoint: Checkpoint, view: NewView, *, position: int, now: datetime) -> GeneratorView:
    """Write a view; an older one of its name is written over.

    Args:
        checkpoint: whose generator is seen.
        view: what is seen.
        position: among the views of the checkpoint.
        now: the time.
    """
    found, _ = GeneratorView.objects.update_or_create(
        checkpoint=checkpoint,
        name=view.name,
        defaults={
            "position": position,
            "title": view.title,
            "about": view.about,
            "rows": [asdict(picture) for picture in view.pictures],
            "data": dict(view.data),
            "created_at": now,
        },
    )
    return found


@transaction.atomic
def record_results(run: MetricRun, results: Iterable[Mapping[str, Any]]) -> list[MetricValue]:
    """Write a run's numbers; one that is there already is written over, so that a step may be repeated.

    A value may be infinite, as the PSNR of equal images is. One that is undefined is no value, and a spread
    that is undefined is none: databases differ in what they make of NaN.

    Args:
        run: whose numbers they are.
        results: what `metrics.MetricResult.as_dict` gives for each quantity.

    Raises:
        MeasurementError: a value is undefined; nothing is written.
    """
    return [_record(run, result) for result in results]


def _record(run: MetricRun, result: Mapping[str, Any]) -> MetricValue:
    if math.isnan(result["value"]):
        raise MeasurementError(
            f"{result['quantity']} came out undefined (NaN); measure other images, or more of them"
        )
    defaults = {name: None if _undefined(result[name]) else result[name] for name in COPIED}
    defaults["provenance"] = {**result["provenance"], **{name: result[name] for name in ORIGIN}}
    value, _ = MetricValue.objects.update_or_create(run=run, quantity=result["quantity"], defaults=defaults)
    return value


def _undefined(part: Any) -> bool:
    return isinstance(part, float) and math.isnan(part)


@transaction.atomic
def import_values(
    *, sample_set: SampleSet, values: Mapping[str, float], provenance: Mapping[str, Any], now: datetime
) -> MetricRun:
    """Write numbers that were measured elsewhere, as a run of their own.

    Importing the same source for the same sample set again replaces what it wrote.

    Args:
        sample_set: whose numbers they are.
        values: by quantity; one that a metric of ours reports takes over its title and direction.
        provenance: where they come from, at least "digest" (of the file) and "source".
        now: the time.
    """
    run, _ = MetricRun.objects.update_or_create(
        sample_set=sample_set,
        job=None,
        provenance=dict(provenance),
        defaults={"metrics": sorted(values), "created_at": now},
    )
    known = {
        quantity.name: (metric.name, quantity)
        for metric in catalogue.metrics().values()
        for quantity in metric.quantities
    }
    run.values.exclude(quantity__in=values).delete()
    for name, value in values.items():
        metric, quantity = known.get(name, (name, None))
        defaults = {
            "metric": metric,
            "value": value,
            "title": quantity.title if quantity else name,
            "better": quantity.better if quantity else "",
            "provenance": dict(provenance),
        }
        MetricValue.objects.update_or_create(run=run, quantity=name, defaults=defaults)
    return run
