"""Sets of images in files: in a folder, in a zip archive, or listed one by one."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

import torch
from jaxtyping import UInt8
from torch import Tensor

from metrics.errors import ImageReadError, InvalidSettingError
from metrics.evidence.kinds import Images, Labels
from metrics.images.reading import SUFFIXES, read_image

LARGEST_FILE_BYTES = 2**28
ARCHIVE_EXTRAS = "__MACOSX"
NAMED = 5  # unreadable files that a message names; the rest are counted


@dataclass(frozen=True)
class FileEntry:
    """A file on disk."""

    path: Path

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def read_bytes(self) -> bytes:
        """Everything in it.

        Raises:
            ImageReadError: it can't be read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise ImageReadError(f"{self.path} can't be read ({error.strerror}); check the path.") from error


@dataclass(frozen=True)
class ZipEntry:
    """A file in a zip archive; several threads may read from one archive."""

    archive: zipfile.ZipFile = field(repr=False)
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        """Its path in the archive."""
        return f"{self.archive.filename}: {self.info.filename}"

    def read_bytes(self) -> bytes:
        """Everything in it.

        Raises:
            ImageReadError: it is damaged or too large.
        """
        if self.info.file_size > LARGEST_FILE_BYTES:
            raise ImageReadError(f"{self.name} has {self.info.file_size:,} bytes, too many for an image.")
        try:
            return self.archive.read(self.info)
        except Exception as error:  # each decompressor has errors of its own
            raise ImageReadError(f"{self.name} can't be unpacked ({error}); pack it again.") from error


Entry = FileEntry | ZipEntry


@dataclass(frozen=True)
class FileImages:
    """Images in files, in the given order."""

    entries: tuple[Entry, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.entries)

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive).

        Raises:
            ImageReadError: a file is no image; the message names and counts all that aren't.
        """
        try:
            return [decode(entry) for entry in self.entries[start:stop]]
        except ImageReadError as error:
            raise ImageReadError(_refusal(list(unreadable(self.entries).values())) or str(error)) from error

    def name(self, index: int) -> str:
        """The file's path."""
        return self.entries[index].name


def decode(entry: Entry) -> UInt8[Tensor, "3 h w"]:
    """The pixels of a file.

    Raises:
        ImageReadError: it is no image.
    """
    return read_image(io.BytesIO(entry.read_bytes()), entry.name)


def files_below(folder: Path) -> list[tuple[PurePath, Entry]]:
    """The image files of a folder and its subfolders, sorted by path, with their paths inside it.

    Raises:
        ImageReadError: there is none.
    """
    inside = ((path.relative_to(folder), path) for path in folder.rglob("*"))
    found = sorted(path for place, path in inside if _is_image(place) and path.is_file())
    if not found:
        raise ImageReadError(
            f"{folder} holds no image; files ending in {', '.join(sorted(SUFFIXES))} are read."
        )
    return [(path.relative_to(folder), FileEntry(path)) for path in found]


def files_in_zip(path: Path) -> list[tuple[PurePath, Entry]]:
    """The image files of a zip archive, sorted by path.

    Raises:
        ImageReadError: there is none, or it is no archive.
    """
    try:
        archive = zipfile.ZipFile(path)  # open for as long as its entries are
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise ImageReadError(f"{path} can't be read as a zip archive ({error}); pack it again.") from error
    infos = [
        info for info in archive.infolist() if not info.is_dir() and _is_image(PurePosixPath(info.filename))
    ]
    if not infos:
        raise ImageReadError(
            f"{path} holds no image; files ending in {', '.join(sorted(SUFFIXES))} are read."
        )
    paths = sorted((PurePosixPath(info.filename), index) for index, info in enumerate(infos))
    return [(inside, ZipEntry(archive, infos[index])) for inside, index in paths]


def from_files(
    listed: Sequence[tuple[PurePath, Entry]],
    digest: Callable[[Callable[[], str]], str],
    *,
    allow_unreadable: int = 0,
) -> Images:
    """A set of the images in these files.

    The classes are the top-level folders, if there are several and no image lies outside of them.

    Args:
        listed: paths inside the set, and files.
        digest: given what computes the digest of the content, the digest.
        allow_unreadable: how many files may be left out because they are no images. If any may, all are
            decoded once beforehand.

    Raises:
        ImageReadError: more files than that are no images.
        InvalidSettingError: a negative number of them.
    """
    if allow_unreadable < 0:
        raise InvalidSettingError(f"{allow_unreadable} files can't be left out; allow 0 or more.")
    faults = unreadable([entry for _, entry in listed]) if allow_unreadable else {}
    if len(faults) > allow_unreadable or len(faults) == len(listed):
        raise ImageReadError(_refusal(list(faults.values())))
    kept = [item for place, item in enumerate(listed) if place not in faults]
    entries = tuple(entry for _, entry in kept)
    labels = _class_folders([path for path, _ in kept])
    if not faults:
        return Images(FileImages(entries), digest(lambda: content_digest(entries)), labels)
    notes = (_summary(list(faults.values()), "were left out"),)
    # What is left is another set than the one whose digest the caller knows or the cache remembers.
    return Images(FileImages(entries), content_digest(entries), labels, notes)


def content_digest(entries: Iterable[Entry]) -> str:
    """Digest of the files' content in their order, whatever they are called and wherever they lie."""
    total = hashlib.sha256()
    for entry in entries:
        total.update(hashlib.sha256(entry.read_bytes()).digest())
    return total.hexdigest()


def unreadable(entries: Sequence[Entry]) -> dict[int, str]:
    """What is wrong with each file that is no image, by its place."""
    return dict(_faults(entries))


def _faults(entries: Sequence[Entry]) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(entries):
        try:
            decode(entry)
        except ImageReadError as error:
            yield index, str(error)


def _refusal(faults: list[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    return _summary(faults, f"can't be read: repair or remove them, or allow {len(faults)} unreadable files")


def _summary(faults: list[str], what: str) -> str:
    more = f" … and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
    return f"{len(faults)} files {what}: {' '.join(faults[:NAMED])}{more}"


def _is_image(inside: PurePath) -> bool:
    """Whether a file of a set is meant as an image; hidden ones and what macOS adds to archives are not."""
    hidden = any(part.startswith(".") or part == ARCHIVE_EXTRAS for part in inside.parts)
    return not hidden and inside.suffix.lower() in SUFFIXES


def _class_folders(paths: Sequence[PurePath]) -> Labels | None:
    folders = [path.parts[0] if len(path.parts) > 1 else "" for path in paths]
    names = sorted(set(folders))
    if "" in names or len(names) < 2:
        return None
    return Labels(torch.tensor([names.index(folder) for folder in folders]), tuple(names))
