"""Asking for a look inside a checkpoint's generator."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from evalsite.jobs.models import Job
from evalsite.jobs.services import add_job
from evalsite.runs.errors import InvalidRequestError
from evalsite.runs.services.request_checks import check_images_are_held, check_seed
from evalsite.runs.services.uploads import keep_upload
from evalsite.samples.models import Checkpoint, SampleSet

MAX_STEPS = 33
MAX_DIMENSIONS = 64
MAX_SOUGHT = 16


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
    state: bytes = b"",
) -> Job:
    """Ask for views into a checkpoint's generator; they replace those of an earlier look.

    Args:
        checkpoint: what is looked into.
        seed: of the latents, any integer of 63 bits.
        steps: images per interpolation, 2 to `MAX_STEPS`.
        dimensions: that are gone through, 1 to `MAX_DIMENSIONS`.
        now: the time.
        sample_set: given images, whose nearest latents are looked for and which are scored, or None.
        sought: how many are looked for, the first ones, 1 to `MAX_SOUGHT`.
        state: the file with the training's critic or discriminator, which scores the set, or nothing.

    Raises:
        InvalidRequestError: a number is out of range, the set holds no images or is missing, the file is too
            large, or a job is looking into the checkpoint already.
    """
    check_seed(seed)
    _check_counts(steps, dimensions, sought)
    _check_set(sample_set, state)
    if Job.objects.unfinished().of_kind("inspection", checkpoint=checkpoint.pk).exists():
        raise InvalidRequestError(
            f"A job is looking inside {checkpoint.name!r} already; its page shows how far it is."
        )
    return add_job(
        kind="inspection",
        title=f"Look inside {checkpoint.name}, seed {seed}",
        arguments={
            "checkpoint": checkpoint.pk,
            "seed": seed,
            "steps": steps,
            "dimensions": dimensions,
            "sample_set": sample_set.pk if sample_set else None,
            "sought": sought,
            "state": keep_upload(state) if state else "",
        },
        now=now,
        background=True,
    )


def _check_counts(steps: int, dimensions: int, sought: int) -> None:
    if not 2 <= steps <= MAX_STEPS or not 1 <= dimensions <= MAX_DIMENSIONS:
        raise InvalidRequestError(
            f"{steps} images and {dimensions} dimensions were asked for; give 2 to {MAX_STEPS} and 1 to "
            f"{MAX_DIMENSIONS}."
        )
    if not 1 <= sought <= MAX_SOUGHT:
        raise InvalidRequestError(f"{sought} images are to be looked for; give 1 to {MAX_SOUGHT}.")


def _check_set(sample_set: SampleSet | None, state: bytes) -> None:
    check_images_are_held(sample_set)
    if state and sample_set is None:
        raise InvalidRequestError("A training's state scores given images; choose the set of images, too.")
