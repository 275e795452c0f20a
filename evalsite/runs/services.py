"""What users ask of background work: sample, look inside, measure, register, cancel, retry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.runs import declarations, tasks
from evalsite.runs.errors import InvalidRequestError, JobStateError, unknown_name
from evalsite.runs.models import Job, MetricRun
from evalsite.samples.errors import InvalidNameError
from evalsite.samples.models import Checkpoint, SampleSet
from evalsite.samples.names import check_name
from evalsite.samples.storage import store

MAX_SAMPLES = 100_000
MAX_CHECKPOINT_BYTES = 64 * 1024**2
MAX_STEPS = 33
MAX_DIMENSIONS = 64
MAX_SOUGHT = 16


@transaction.atomic
def request_sampling(
    *, checkpoint: Checkpoint, count: int, seed: int, name: str, now: datetime, background: bool = True
) -> Job:
    """Ask for a new sample set from a checkpoint.

    Args:
        checkpoint: what is sampled.
        count: number of images, 1 to `MAX_SAMPLES`.
        seed: any integer of 63 bits; same seed, same images.
        name: name of the set; made of checkpoint, count and seed if empty.
        now: the time.
        background: whether a worker is to do it; otherwise the caller takes the job up in this transaction.

    Raises:
        InvalidRequestError: the count or the seed is out of range, or the name can't be one, is taken or
            about to be.
    """
    if not 1 <= count <= MAX_SAMPLES:
        raise InvalidRequestError(
            f"The count was {count}; give a number of images from 1 to {MAX_SAMPLES:,}."
        )
    if not 0 <= seed < 2**63:
        raise InvalidRequestError(f"The seed was {seed}; give a whole number from 0 to 2^63 - 1.")
    name = _check_name(name or default_sample_name(checkpoint, count, seed))
    _refuse_taken_name(name)
    return _add_job(
        kind="sampling",
        title=f"Sample {count:,} images from {checkpoint.name}, seed {seed}",
        arguments={"checkpoint": checkpoint.pk, "count": count, "seed": seed, "name": name},
        now=now,
        background=background,
    )


@transaction.atomic
def request_inspection(
    *,
    checkpoint: Checkpoint,
    seed: int,
    steps: int,
    dimensions: int,
    now: datetime,
    sample_set: SampleSet | None = None,
    sought: int = 4,
) -> Job:
    """Ask for views into a checkpoint's generator; they replace those of an earlier look.

    Args:
        checkpoint: what is looked into.
        seed: of the latents, any integer of 63 bits.
        steps: images of one way, 2 to `MAX_STEPS`.
        dimensions: that are gone through, 1 to `MAX_DIMENSIONS`.
        now: the time.
        sample_set: of whose images the nearest latents are looked for; None for no such search.
        sought: how many of them, the first ones, 1 to `MAX_SOUGHT`.

    Raises:
        InvalidRequestError: a number is out of range, the set holds no images, or a job is looking into the
            checkpoint already.
    """
    if not 0 <= seed < 2**63:
        raise InvalidRequestError(f"The seed was {seed}; give a whole number from 0 to 2^63 - 1.")
    if not 2 <= steps <= MAX_STEPS or not 1 <= dimensions <= MAX_DIMENSIONS:
        raise InvalidRequestError(
            f"{steps} images and {dimensions} dimensions were asked for; give 2 to {MAX_STEPS} and 1 to "
            f"{MAX_DIMENSIONS}."
        )
    if not 1 <= sought <= MAX_SOUGHT:
        raise InvalidRequestError(f"{sought} images are to be looked for; give 1 to {MAX_SOUGHT}.")
    _refuse_imageless(sample_set)
    if Job.objects.unfinished().inspecting(checkpoint.pk).exists():
        raise InvalidRequestError(
            f"A job is looking inside {checkpoint.name!r} already; its page shows how far it is."
        )
    return _add_job(
        kind="inspection",
        title=f"Look inside {checkpoint.name}, seed {seed}",
        arguments={
            "checkpoint": checkpoint.pk,
            "seed": seed,
            "steps": steps,
            "dimensions": dimensions,
            "sample_set": sample_set.pk if sample_set else None,
            "sought": sought,
        },
        now=now,
        background=True,
    )


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
        InvalidRequestError: no metric is named, or a set holds no images or is missing.
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
    run.job = _add_job(
        kind="evaluation",
        title=f"Measure {', '.join(run.metrics)} of {sample_set.name}{against}{_network(settings)}",
        arguments={"run": run.pk},
        now=now,
        background=background,
    )
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def request_registration(
    *, data: bytes, name: str, now: datetime, told: Mapping[str, Any] | None = None
) -> Job:
    """Keep an uploaded file and ask a worker to look into it.

    Args:
        data: the file.
        name: of the checkpoint.
        now: the time.
        told: of a state dict, which does not say of which network it is: "model", "settings" (words by name)
            and "image_shape" (channels, height, width).

    Raises:
        InvalidRequestError: the file is too large, or the name can't be one or is taken.
        UnknownNameError: there is no such model.
    """
    if told and told["model"] not in declarations.models():
        raise unknown_name("model", told["model"], declarations.models())
    if len(data) > MAX_CHECKPOINT_BYTES:
        raise InvalidRequestError(too_large(len(data)))
    name = _check_name(name)
    sha256 = store().put(data)
    if Checkpoint.objects.filter(name=name).exclude(sha256=sha256).exists():
        raise InvalidRequestError(f"A checkpoint named {name!r} exists already; choose another name.")
    return _add_job(
        kind="registration",
        title=f"Register the checkpoint {name}",
        arguments={"sha256": sha256, "name": name, **({"told": dict(told)} if told else {})},
        now=now,
        background=True,
    )


def cancel_job(*, job: Job, now: datetime) -> None:
    """End a job: at once if it waits, at its next step if it runs. To cancel it again changes nothing.

    Raises:
        JobStateError: it has ended in another way.
    """
    ended = {"state": Job.State.CANCELLED, "cancel_requested": True, "finished_at": now}
    if not Job.objects.queued().filter(pk=job.pk).update(**ended):
        Job.objects.running().filter(pk=job.pk).update(cancel_requested=True)
    job.refresh_from_db()
    if not job.cancel_requested:
        raise JobStateError(f"Job {job.pk} is {job.state} already and can't be cancelled; reload the page.")


@transaction.atomic
def retry_job(*, job: Job) -> None:
    """Queue a failed or cancelled job again; it goes on at its checkpoint.

    Raises:
        JobStateError: it is neither failed nor cancelled.
    """
    retried = Job.objects.filter(pk=job.pk, state__in=(Job.State.FAILED, Job.State.CANCELLED)).update(
        state=Job.State.QUEUED, cancel_requested=False, error="", expiries=0, finished_at=None
    )
    job.refresh_from_db()
    if not retried:
        raise JobStateError(f"Job {job.pk} is {job.state}; only a failed or cancelled job can be retried.")
    tasks.enqueue(job)


def too_large(size_bytes: int) -> str:
    """What is said of an upload that is too large."""
    return (
        f"The file has {size_bytes:,} bytes; at most {MAX_CHECKPOINT_BYTES:,} can be uploaded: "
        "register a larger one with 'manage.py sample' on the server."
    )


def default_sample_name(checkpoint: Checkpoint, count: int, seed: int) -> str:
    """What a sample set is called if nobody says."""
    return f"{checkpoint.name}, {count} images, seed {seed}"


def _check_name(name: str) -> str:
    try:
        return check_name(name)
    except InvalidNameError as error:
        raise InvalidRequestError(f"{error} (--name, or the field Name).") from error


def _refuse_taken_name(name: str) -> None:
    if SampleSet.objects.filter(name=name).exists():
        raise InvalidRequestError(f"A sample set named {name!r} exists already; choose another name.")
    if Job.objects.unfinished().filter(kind="sampling", arguments__name=name).exists():
        raise InvalidRequestError(f"A job is already making the sample set {name!r}; choose another name.")


def _check_evaluation(
    sample_set: SampleSet,
    reference_set: SampleSet | None,
    metrics: Sequence[str],
    settings: Mapping[str, Any],
) -> None:
    if not metrics:
        raise InvalidRequestError("No metric was chosen; choose at least one.")
    known = declarations.measurable()
    for name in metrics:
        if name not in known:
            raise unknown_name("metric", name, known)
    comparing = [name for name in metrics if known[name].comparing]
    if comparing and reference_set is None:
        raise InvalidRequestError(
            f"Real images are needed for {', '.join(comparing)}, but no reference set was chosen; choose one."
        )
    _refuse_imageless(sample_set, reference_set)
    _check_extractor(settings.get("extractor") or "", settings.get("protocol") or "")


def _refuse_imageless(*sample_sets: SampleSet | None) -> None:
    for one in filter(None, sample_sets):
        if one.count == 0:
            raise InvalidRequestError(
                f"The images of {one.name!r} are not held here; choose a set with images."
            )


def _check_extractor(extractor: str, protocol: str) -> None:
    known = declarations.extractors()
    if extractor and extractor not in known:
        raise unknown_name("feature extractor", extractor, known)
    protocols = known[extractor].protocols if extractor else {p for e in known.values() for p in e.protocols}
    if protocol and protocol not in protocols:
        raise unknown_name("protocol", protocol, protocols)


def _add_job(*, kind: str, title: str, arguments: dict[str, Any], now: datetime, background: bool) -> Job:
    job = Job.objects.create(kind=kind, title=title[:300], arguments=arguments, created_at=now)
    if background:
        tasks.enqueue(job)
    return job


def _network(settings: Mapping[str, Any]) -> str:
    return f" with {settings['extractor']}" if settings.get("extractor") else ""
