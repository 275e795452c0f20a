"""Whether the files that rows name are in the store, and are still what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from evalsite.samples.errors import FaultyFileError
from evalsite.samples.models import Checkpoint, SampleImage
from evalsite.samples.storage import store

Progress = Callable[[int, int], None]
"""Given the number of files looked at and the number in all."""


@dataclass(frozen=True)
class FileUse:
    """A row that names a stored file.

    Attributes:
        kind: What the row is of: a sample set, a checkpoint or a view.
        name: Name of the sample set, the checkpoint or the view.
        position: Place of the image in its sample set, from 0; None for anything else.
        sha256: Digest of the file.
    """

    kind: str
    name: str
    position: int | None
    sha256: str


@dataclass(frozen=True)
class FaultyFile:
    """A file that is missing or damaged, by one of the rows that name it."""

    use: FileUse
    fault: str

    def to_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {"fault": self.fault, **asdict(self.use)}

    def __str__(self) -> str:
        place = "" if self.use.position is None else f", position {self.use.position}"
        return f"{self.fault}: {self.use.kind} {self.use.name!r}{place} (SHA-256 {self.use.sha256})"


@dataclass(frozen=True)
class StoreCheck:
    """What a check of the store found.

    Attributes:
        files: Number of files looked at.
        faulty: Those that are missing or damaged, once for each row that names them.
    """

    files: int
    faulty: tuple[FaultyFile, ...]


def check_files(uses: Iterable[FileUse], progress: Progress | None = None) -> StoreCheck:
    """Verify every file that these rows name, each once; nothing is written.

    Raises:
        StoreError: the store can't be read now.
    """
    by_digest: dict[str, list[FileUse]] = {}
    for use in uses:
        by_digest.setdefault(use.sha256, []).append(use)
    faulty: list[FaultyFile] = []
    for done, (sha256, named_by) in enumerate(by_digest.items(), start=1):
        try:
            store().verified_path(sha256)
        except FaultyFileError as error:
            faulty += [FaultyFile(use, error.fault) for use in named_by]
        if progress:
            progress(done, len(by_digest))
    return StoreCheck(len(by_digest), tuple(faulty))


def files_of_samples() -> Iterator[FileUse]:
    """The files of all images and checkpoints."""
    images = SampleImage.objects.order_by("sample_set__name", "position")
    for name, position, sha256 in images.values_list("sample_set__name", "position", "sha256").iterator():
        yield FileUse("sample set", name, position, sha256)
    for name, sha256 in Checkpoint.objects.order_by("name").values_list("name", "sha256"):
        yield FileUse("checkpoint", name, None, sha256)
