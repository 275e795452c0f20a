"""Keeping generators' weights, each file once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from evalsite.samples.errors import NameTakenError
from evalsite.samples.models import Checkpoint
from evalsite.samples.names import check_name
from evalsite.samples.storage import store


def add_checkpoint(
    *, name: str, data: Path | bytes, model: str, description: dict[str, Any], now: datetime
) -> Checkpoint:
    """Keep a generator's weights; the same file under the same name is the same checkpoint.

    Args:
        name: Name of the checkpoint.
        data: The file or its bytes.
        model: Name in ganmodels' catalogue.
        description: What the file says of itself.
        now: Time of registration.

    Raises:
        InvalidNameError: the name can't be one.
        NameTakenError: the name belongs to another file, or the file is registered under another name.
        StoreError: the disk is full.
    """
    name = check_name(name)
    content = data if isinstance(data, bytes) else data.read_bytes()
    sha256 = store().put(content)
    wanted = Checkpoint(
        name=name,
        sha256=sha256,
        size_bytes=len(content),
        model=model,
        description=description,
        created_at=now,
    )
    return _kept_checkpoint(wanted) or _save_checkpoint(wanted)


def _kept_checkpoint(wanted: Checkpoint) -> Checkpoint | None:
    """The same file under the same name, if it is kept; another one in its way raises ``NameTakenError``."""
    taken = Q(name=wanted.name) | Q(sha256=wanted.sha256)
    known: Checkpoint | None = Checkpoint.objects.filter(taken).order_by("pk").first()
    if known and (known.name, known.sha256) != (wanted.name, wanted.sha256):
        raise NameTakenError(_checkpoint_taken(known, wanted.name))
    return known


def _save_checkpoint(wanted: Checkpoint) -> Checkpoint:
    """Save a new one, unless another process has kept it meanwhile, which shows in the constraint."""
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        if (known := _kept_checkpoint(wanted)) is None:
            raise
        return known
    return wanted


def _checkpoint_taken(known: Checkpoint, name: str) -> str:
    if known.name == name:
        return f"a checkpoint named {name!r} exists already and is another file; choose another name"
    return f"this file is registered already, as {known.name!r}; use it under that name"
