"""Asking for images of a checkpoint."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from evalsite.jobs.models import Job
from evalsite.jobs.services import add_job
from evalsite.runs.errors import InvalidRequestError
from evalsite.runs.services.request_checks import check_seed, chosen_name
from evalsite.samples.models import Checkpoint, SampleSet

MAX_SAMPLES = 100_000


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
    check_seed(seed)
    name = chosen_name(name or default_sample_name(checkpoint, count, seed))
    Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)  # the same asked twice at once: one of them
    _refuse_taken_name(name)
    return add_job(
        kind="sampling",
        title=f"Sample {count:,} images from {checkpoint.name}, seed {seed}",
        arguments={"checkpoint": checkpoint.pk, "count": count, "seed": seed, "name": name},
        now=now,
        background=background,
    )


def default_sample_name(checkpoint: Checkpoint, count: int, seed: int) -> str:
    """What a sample set is called if nobody says."""
    return f"{checkpoint.name}, {count} images, seed {seed}"


def _refuse_taken_name(name: str) -> None:
    if SampleSet.objects.filter(name=name).exists():
        raise InvalidRequestError(f"A sample set named {name!r} exists already; choose another name.")
    if Job.objects.unfinished().of_kind("sampling", name=name).exists():
        raise InvalidRequestError(f"A job is already making the sample set {name!r}; choose another name.")
