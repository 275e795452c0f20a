"""Making sample sets of images that lie in the store: all of a set or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from evalsite.samples.candidates import LABEL
from evalsite.samples.errors import EmptySetError, NameTakenError
from evalsite.samples.models import Checkpoint, SampleImage, SampleSet
from evalsite.samples.names import check_name
from evalsite.samples.selectors import manifest_digest

_ROWS_PER_INSERT = 2000


@dataclass(frozen=True)
class NewImage:
    """An image that lies in the store already and is to become part of a set."""

    sha256: str
    width_px: int
    height_px: int
    label: str = ""
    source_name: str = ""
    conversion: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def create_sample_set(
    *,
    name: str,
    kind: str,
    images: Sequence[NewImage],
    now: datetime,
    checkpoint: Checkpoint | None = None,
    seed: int | None = None,
    settings: dict[str, Any] | None = None,
    origin: str = "",
    attribution: str = "",
) -> SampleSet:
    """Make a sample set of stored images, all of it or nothing.

    Raises:
        InvalidNameError: the name can't be one.
        NameTakenError: a set of that name exists.
        EmptySetError: there are no images.
        ValueError: the kind is neither reference nor generated.
    """
    name = check_name(name)
    if not images:
        raise EmptySetError(f"no images were given for {name!r}; a sample set holds at least one")
    sample_set = SampleSet(
        name=name,
        kind=_known_kind(kind),
        count=len(images),
        manifest_digest=manifest_digest((image.sha256, _known(image)) for image in images),
        fact_columns=_fact_columns(images),
        checkpoint=checkpoint,
        seed=seed,
        settings=settings or {},
        origin=origin,
        attribution=attribution,
        created_at=now,
    )
    with transaction.atomic():
        _save_named(sample_set)
        SampleImage.objects.bulk_create(_rows(sample_set, images), batch_size=_ROWS_PER_INSERT)
    return sample_set


def create_empty_set(*, name: str, kind: str, origin: str, now: datetime) -> SampleSet:
    """Make a set that only names a source: its images were judged or measured elsewhere, not here.

    Raises:
        InvalidNameError: the name can't be one.
        NameTakenError: a set of that name exists.
        ValueError: the kind is neither reference nor generated.
    """
    sample_set = SampleSet(name=check_name(name), kind=_known_kind(kind), origin=origin, created_at=now)
    with transaction.atomic():
        _save_named(sample_set)
    return sample_set


def refuse_taken_name(name: str) -> None:
    """Raise ``NameTakenError`` if a set of that name exists."""
    if SampleSet.objects.filter(name=name).exists():
        raise NameTakenError(_set_taken(name))


def _known_kind(kind: str) -> str:
    if kind not in SampleSet.Kind.values:
        raise ValueError(f"kind was {kind!r}; expected {' or '.join(SampleSet.Kind.values)}")
    return kind


def _save_named(sample_set: SampleSet) -> None:
    """Save a new set; a name taken meanwhile by another process shows in the constraint."""
    refuse_taken_name(sample_set.name)
    try:
        with transaction.atomic():
            sample_set.save(force_insert=True)
    except IntegrityError as error:
        raise NameTakenError(_set_taken(sample_set.name)) from error


def _rows(sample_set: SampleSet, images: Sequence[NewImage]) -> list[SampleImage]:
    return [
        SampleImage(
            sample_set=sample_set,
            position=position,
            sha256=image.sha256,
            width_px=image.width_px,
            height_px=image.height_px,
            label=image.label,
            source_name=image.source_name,
            conversion=image.conversion,
            facts=dict(image.facts),
        )
        for position, image in enumerate(images)
    ]


def _known(image: NewImage) -> str:
    """An image's part of the manifest: its label, then other facts after a tab, which no label contains."""
    if not image.facts:
        return image.label
    return f"{image.label}\t{json.dumps(dict(image.facts), sort_keys=True, ensure_ascii=False)}"


def _fact_columns(images: Sequence[NewImage]) -> list[str]:
    """The names of what is known of any of the images, ``label`` first."""
    labels = [LABEL] if any(image.label for image in images) else []
    return list(dict.fromkeys([*labels, *(name for image in images for name in image.facts)]))


def _set_taken(name: str) -> str:
    return f"a sample set named {name!r} exists already; choose another name"
