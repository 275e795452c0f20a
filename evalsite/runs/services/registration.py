"""Asking for an uploaded file to be registered as a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from evalsite.jobs.models import Job
from evalsite.jobs.services import add_job
from evalsite.runs import catalogue
from evalsite.runs.errors import InvalidRequestError, unknown_name
from evalsite.runs.services.request_checks import chosen_name
from evalsite.runs.services.uploads import keep_upload
from evalsite.samples.models import Checkpoint


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
    if told and told["model"] not in catalogue.models():
        raise unknown_name("model", told["model"], catalogue.models())
    name = chosen_name(name)
    sha256 = keep_upload(data)
    if Checkpoint.objects.filter(name=name).exclude(sha256=sha256).exists():
        raise InvalidRequestError(f"A checkpoint named {name!r} exists already; choose another name.")
    return add_job(
        kind="registration",
        title=f"Register the checkpoint {name}",
        arguments={"sha256": sha256, "name": name, **({"told": dict(told)} if told else {})},
        now=now,
        background=True,
    )
