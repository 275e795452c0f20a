"""Importing a folder or archive of images as a sample set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evalsite.samples.candidates import Candidate
from evalsite.samples.errors import EmptySetError, InvalidNameError, RefusedImageError
from evalsite.samples.images import DecodedImage, decode, encode_lossless
from evalsite.samples.models import SampleSet
from evalsite.samples.names import check_name, visible
from evalsite.samples.services.sets import NewImage, create_sample_set, refuse_taken_name
from evalsite.samples.sources import open_source
from evalsite.samples.storage import Batch, store

Progress = Callable[[int, int], None]
"""Called after every file with how many are done and how many there are."""

_SOURCE_NAME_LENGTH = 300
_ORIGIN_LENGTH = 300
_REFUSALS_REMEMBERED = 200


@dataclass(frozen=True)
class ImportSummary:
    """What became of the files of an import.

    Args:
        sample_set: The set that was made.
        accepted: Number of images in it.
        converted: Pairs of file name and the rule by which it was converted.
        refused: Pairs of file name and reason.
        warnings: Sentences on what may be meant otherwise.
    """

    sample_set: SampleSet
    accepted: int
    converted: list[tuple[str, str]]
    refused: list[tuple[str, str]]
    warnings: tuple[str, ...] = ()


@dataclass
class _Gathered:
    images: list[NewImage] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """What the set remembers of its import."""
        remembered: dict[str, Any] = {"formats": dict(sorted(self.formats.items()))}
        if self.refused:
            remembered["refused"] = [list(pair) for pair in self.refused[:_REFUSALS_REMEMBERED]]
        if self.warnings:
            remembered["warnings"] = list(self.warnings)
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
) -> ImportSummary:
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
    refuse_taken_name(name)
    origin = _check_origin(origin) or f"imported from {visible(source.resolve().name)}"
    with open_source(source) as images:
        gathered = _gather(images.candidates, images.total, progress)
        gathered.warnings = images.warnings
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
    return ImportSummary(sample_set, len(gathered.images), converted, gathered.refused, images.warnings)


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
    stored = encode_lossless(decoded.image) if decoded.conversion else data
    return _new_image(candidate, batch.put(stored), decoded), decoded.format


def _new_image(candidate: Candidate, sha256: str, decoded: DecodedImage) -> NewImage:
    return NewImage(
        sha256=sha256,
        width_px=decoded.image.width,
        height_px=decoded.image.height,
        label=candidate.label,
        source_name=candidate.name[-_SOURCE_NAME_LENGTH:],
        conversion=decoded.conversion,
        facts=candidate.facts,
    )


def _nothing_accepted(source: Path, refused: list[tuple[str, str]]) -> str:
    if not refused:
        return f"{source.name} holds no files; give a folder or archive of images"
    name, reason = refused[0]
    return f"none of the {len(refused)} files in {source.name} could be taken; the first, {name}: {reason}"


def _check_origin(origin: str) -> str:
    if len(origin) > _ORIGIN_LENGTH:
        raise InvalidNameError(f"the origin has {len(origin)} characters; give at most {_ORIGIN_LENGTH}")
    return visible(origin)
