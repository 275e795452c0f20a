"""What changes sample sets and checkpoints: one write path for each deed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from evalsite.samples.candidates import Candidate
from evalsite.samples.errors import EmptySetError, InvalidNameError, NameTakenError, RefusedImageError
from evalsite.samples.images import DecodedImage, decode, encode_lossless
from evalsite.samples.models import Checkpoint, SampleImage, SampleSet
from evalsite.samples.names import check_name, visible
from evalsite.samples.selectors import manifest_digest
from evalsite.samples.sources import open_source
from evalsite.samples.storage import Batch, store

Progress = Callable[[int, int], None]
"""Called after every file with how many are done and how many there are."""

_SOURCE_NAME_LENGTH = 300
_ORIGIN_LENGTH = 300
_ROWS_PER_INSERT = 2000
_REFUSALS_REMEMBERED = 200


@dataclass(frozen=True)
class NewImage:
    """An image that lies in the store already and is to become part of a set."""

    sha256: str
    width_px: int
    height_px: int
    label: str = ""
    source_name: str = ""
    conversion: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What became of the files of an import.

    Args:
        sample_set: The set that was made.
        accepted: Number of images in it.
        converted: Pairs of file name and the rule by which it was converted.
        refused: Pairs of file name and reason.
    """

    sample_set: SampleSet
    accepted: int
    converted: list[tuple[str, str]]
    refused: list[tuple[str, str]]


@dataclass
class _Gathered:
    images: list[NewImage] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        """What the set remembers of its import."""
        remembered: dict[str, Any] = {"formats": dict(sorted(self.formats.items()))}
        if self.refused:
            remembered["refused"] = [list(pair) for pair in self.refused[:_REFUSALS_REMEMBERED]]
        return remembered


def import_sample_set(
    *,
    name: str,
    kind: str,
    source: Path,
    now: datetime,
    origin: str = "",
    attribution: str = "",
    progress: Progress | None = None,
) -> ImportReport:
    """Make a sample set of the images in a folder, zip or npz file.

    Files go to the store first and the rows come last, in one transaction: a crash leaves no half set, only
    stored files that the next attempt finds again.

    Args:
        name: Name of the new set.
        kind: ``reference`` or ``generated``.
        source: The folder or file.
        now: Time of the import.
        origin: Where the images come from, in words; the file's name if empty.
        attribution: Who is to be credited, and the licence.
        progress: Told after every file.

    Raises:
        InvalidNameError: the name or the origin can't be one.
        NameTakenError: a set of that name exists.
        SourceError: the source can't be read.
        EmptySetError: no file in it is an image that can be taken.
        StoreError: the disk is full.
    """
    name = check_name(name)
    _refuse_taken_name(name)
    origin = _check_origin(origin or f"imported from {source.resolve().name}")
    with open_source(source) as images:
        gathered = _gather(images.candidates, images.total, progress)
    if not gathered.images:
        raise EmptySetError(_nothing_accepted(source, gathered.refused))
    store().renew({image.sha256 for image in gathered.images})
    sample_set = create_sample_set(
        name=name,
        kind=kind,
        images=gathered.images,
        now=now,
        settings=gathered.settings(),
        origin=origin,
        attribution=attribution,
    )
    converted = [(image.source_name, image.conversion) for image in gathered.images if image.conversion]
    return ImportReport(sample_set, len(gathered.images), converted, gathered.refused)


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
        manifest_digest=manifest_digest((image.sha256, image.label) for image in images),
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
    with transaction.atomic():
        known = Checkpoint.objects.filter(Q(name=name) | Q(sha256=sha256)).order_by("pk").first()
        if known and (known.name, known.sha256) == (name, sha256):
            return known
        if known:
            raise NameTakenError(_checkpoint_taken(known, name))
        return Checkpoint.objects.create(
            name=name,
            sha256=sha256,
            size_bytes=len(content),
            model=model,
            description=description,
            created_at=now,
        )


def _gather(candidates: Iterable[Candidate], total: int, progress: Progress | None) -> _Gathered:
    gathered = _Gathered()
    with store().batch() as batch:
        for done, candidate in enumerate(candidates, start=1):
            try:
                image, file_format = _keep(candidate, batch)
            except RefusedImageError as error:
                gathered.refused.append((candidate.name, str(error)))
            else:
                gathered.images.append(image)
                gathered.formats[file_format] += 1
            if progress:
                progress(done, total)
    return gathered


def _keep(candidate: Candidate, batch: Batch) -> tuple[NewImage, str]:
    data = candidate.read()
    decoded = decode(data)
    return _new_image(candidate, batch.put(_stored_bytes(data, decoded)), decoded), decoded.format


def _stored_bytes(data: bytes, decoded: DecodedImage) -> bytes:
    return encode_lossless(decoded.image) if decoded.conversion else data


def _new_image(candidate: Candidate, sha256: str, decoded: DecodedImage) -> NewImage:
    return NewImage(
        sha256=sha256,
        width_px=decoded.image.width,
        height_px=decoded.image.height,
        label=candidate.label,
        source_name=candidate.name[-_SOURCE_NAME_LENGTH:],
        conversion=decoded.conversion,
    )


def _nothing_accepted(source: Path, refused: list[tuple[str, str]]) -> str:
    if not refused:
        return f"{source.name} holds no files; give a folder or archive of images"
    name, reason = refused[0]
    return f"none of the {len(refused)} files in {source.name} could be taken; the first, {name}: {reason}"


def _known_kind(kind: str) -> str:
    if kind not in SampleSet.Kind.values:
        raise ValueError(f"kind was {kind!r}; expected {' or '.join(SampleSet.Kind.values)}")
    return kind


def _check_origin(origin: str) -> str:
    if len(origin) > _ORIGIN_LENGTH:
        raise InvalidNameError(f"the origin has {len(origin)} characters; give at most {_ORIGIN_LENGTH}")
    return visible(origin)


def _refuse_taken_name(name: str) -> None:
    if SampleSet.objects.filter(name=name).exists():
        raise NameTakenError(_set_taken(name))


def _save_named(sample_set: SampleSet) -> None:
    """Save a new set; a name taken meanwhile by another process shows in the constraint."""
    _refuse_taken_name(sample_set.name)
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
        )
        for position, image in enumerate(images)
    ]


def _set_taken(name: str) -> str:
    return f"a sample set named {name!r} exists already; choose another name"


def _checkpoint_taken(known: Checkpoint, name: str) -> str:
    if known.name == name:
        return f"a checkpoint named {name!r} exists already and is another file; choose another name"
    return f"this file is registered already, as {known.name!r}; use it under that name"
