"""Metric runs, values and checkpoints as plain data, for pages, JSON and commands."""

from __future__ import annotations

import math
from typing import Any

from evalsite.jobs.models import Job
from evalsite.jobs.summaries import describe_job
from evalsite.runs.models import MetricRun, MetricValue
from evalsite.runs.records import COPIED
from evalsite.samples.models import Checkpoint

_COLOURS = {1: "grey", 3: "colour"}


def describe_value(value: MetricValue) -> dict[str, Any]:
    """A number with all that makes it comparable, as JSON values; an infinite number is null."""
    copied = {name: getattr(value, name) for name in COPIED}
    return {
        **{name: None if _endless(part) else part for name, part in copied.items()},
        "quantity": value.quantity,
        "provenance": value.provenance,
    }


def format_value(value: float) -> str:
    """A number to five significant digits, without an exponent where one can do without."""
    return f"{value:.5g}".replace("inf", "∞")


def _endless(part: Any) -> bool:
    return isinstance(part, float) and not math.isfinite(part)


def describe_run(run: MetricRun) -> dict[str, Any]:
    """A metric run with its values so far, as JSON values."""
    return {
        "id": run.pk,
        "sample_set": run.sample_set.name,
        "reference_set": run.reference_set.name if run.reference_set else None,
        "metrics": run.metrics,
        "settings": run.settings,
        "provenance": run.provenance,
        "job": describe_job(run.job) if run.job else None,
        "values": [describe_value(value) for value in run.values.all()],
    }


def describe_inside(checkpoint: Checkpoint) -> dict[str, Any]:
    """What the page of a checkpoint shows of its inside: the views so far and the latest job, if any."""
    views = list(checkpoint.views.all())
    return {
        "checkpoint": checkpoint,
        "job": Job.objects.of_kind("inspection", checkpoint=checkpoint.pk).first(),
        "views": [view for view in views if view.rows],
        "lacking": [view for view in views if not view.rows],
    }


def describe_checkpoint(checkpoint: Checkpoint) -> dict[str, str]:
    """What a checkpoint's file says of itself, in words; what it doesn't say is left out."""
    told = checkpoint.description
    shape, data = told.get("image_shape") or [], told.get("data") or {}
    low, high = (told.get("image_range") or [None, None])[:2]
    facts = {
        "Model": f"{checkpoint.model} ({told.get('recipe', {}).get('title') or 'no recipe'})",
        "File": f"{told.get('file_format') or 'unknown format'}, {checkpoint.size_bytes:,} bytes",
        "Images": f"{shape[1]} × {shape[2]} px, {_COLOURS[shape[0]]}" if len(shape) == 3 else "",
        "Range of the network": f"{low:g} to {high:g}".replace("-", "−") if low is not None else "",
        "Parameters": f"{told['parameter_count']:,}" if told.get("parameter_count") else "",
        "Latent": f"{told['latent_size']:,} dimensions" if told.get("latent_size") else "",
        "Trained on": _training_data(data),
        "Training": f"step {told['step']:,}, seed {told.get('seed')}" if told.get("step") else "",
        "Command": told.get("command") or "",
        "Settings": _pairs(told.get("settings")),
        "Versions": _pairs(told.get("versions")),
    }
    return {name: words for name, words in facts.items() if words}


def _training_data(told: dict[str, Any]) -> str:
    """The data's name, size and digest; what else a file of elsewhere may say is said as it is."""
    count = told.get("count")
    known = {"name": told.get("name"), "count": f"{count:,} images" if isinstance(count, int) else count}
    known["digest"] = told.get("digest")
    more = [f"{name} {value}" for name, value in told.items() if name not in known and value]
    return ", ".join([*(str(value) for value in known.values() if value), *more])


def _pairs(found: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted((found or {}).items()))
