"""Asking for metrics of a sample set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.jobs.services import add_job
from evalsite.runs import catalogue
from evalsite.runs.errors import InvalidRequestError, unknown_name
from evalsite.runs.models import MetricRun
from evalsite.runs.services.request_checks import check_images_are_held
from evalsite.samples.models import SampleSet

LACKING = {"held_out": "held-out images", "labels": "class labels", "generator": "a generator's checkpoint"}
"""What a metric needs and a run can't give, in words; any other role is its own word."""


@transaction.atomic
def request_evaluation(
    *,
    sample_set: SampleSet,
    reference_set: SampleSet | None,
    metrics: Sequence[str],
    settings: Mapping[str, Any],
    now: datetime,
    background: bool = True,
) -> MetricRun:
    """Ask for metrics of a sample set.

    Args:
        sample_set: what is measured.
        reference_set: the real images; None only if no metric asked for looks at them.
        metrics: names of metrics.
        settings: "extractor" and "protocol" (empty or absent: each metric's own), "seed".
        now: the time.
        background: as in `request_sampling`.

    Raises:
        UnknownNameError: no metric, extractor or protocol has the name.
        InvalidRequestError: no metric is named, one needs what the site can't give, or a set holds no images
            or is missing.
    """
    _check_evaluation(sample_set, reference_set, metrics, settings)
    run = MetricRun.objects.create(
        sample_set=sample_set,
        reference_set=reference_set,
        metrics=list(dict.fromkeys(metrics)),
        settings=dict(settings),
        created_at=now,
    )
    against = f" against {reference_set.name}" if reference_set else ""
    run.job = add_job(
        kind="evaluation",
        title=f"Measure {', '.join(run.metrics)} of {sample_set.name}{against}{_network(settings)}",
        arguments={"run": run.pk},
        now=now,
        background=background,
    )
    run.save(update_fields=["job"])
    return run


def _check_evaluation(
    sample_set: SampleSet,
    reference_set: SampleSet | None,
    metrics: Sequence[str],
    settings: Mapping[str, Any],
) -> None:
    if not metrics:
        raise InvalidRequestError("No metric was chosen; choose at least one.")
    known = catalogue.metrics()
    for name in metrics:
        if name not in known:
            raise unknown_name("metric", name, catalogue.measurable())
        _check_measurable(known[name])
    comparing = [name for name in metrics if known[name].comparing]
    if comparing and reference_set is None:
        raise InvalidRequestError(
            f"Real images are needed for {', '.join(comparing)}, but no reference set was chosen; choose one."
        )
    check_images_are_held(sample_set, reference_set)
    _check_extractor(settings.get("extractor") or "", settings.get("protocol") or "")


def _check_measurable(metric: catalogue.MetricEntry) -> None:
    if metric.lacking:
        lacking = " and ".join(LACKING.get(one, one.replace("_", " ")) for one in metric.lacking)
        raise InvalidRequestError(
            f"{metric.name} needs {lacking}, which a run on the site can't give. "
            "Leave it out here and measure it with python -m metrics evaluate."
        )


def _check_extractor(extractor: str, protocol: str) -> None:
    known = catalogue.extractors()
    if extractor and extractor not in known:
        raise unknown_name("feature extractor", extractor, known)
    protocols = known[extractor].protocols if extractor else {p for e in known.values() for p in e.protocols}
    if protocol and protocol not in protocols:
        raise unknown_name("protocol", protocol, protocols)


def _network(settings: Mapping[str, Any]) -> str:
    return f" with {settings['extractor']}" if settings.get("extractor") else ""
