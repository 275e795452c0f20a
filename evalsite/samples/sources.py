"""Where images are imported from: a folder, a zip file, an array file.

Files are taken in the order of their names, so a folder and a zip file of it make the same set. The folder
that a file lies in becomes its label. Hidden files and the resource forks that macOS adds are passed over.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from PIL import Image

from evalsite.samples.errors import RefusedImageError, SourceError
from evalsite.samples.images import MAX_PIXELS, encode_lossless

MAX_FILE_BYTES = 256 * 1024**2
MAX_TOTAL_BYTES = 64 * 1024**3
MAX_LABEL_LENGTH = 120
_IMAGES, _LABELS = "arr_0", "arr_1"
_EXPECTED = "uint8 of shape (n, h, w, 1 or 3) in C order, at most 64 million pixels an image"


@dataclass(frozen=True)
class Candidate:
    """A file that may be an image.

    Args:
        name: Its name inside the source, with ``/`` between folders.
        label: Its class; empty if it has none.
        read: Gives its bytes; raises ``RefusedImageError`` with the reason if it is not to be taken.
    """

    name: str
    label: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class ImageSource:
    """What a path holds: how many candidates, and the candidates in order."""

    total: int
    candidates: Iterator[Candidate]


@contextmanager
def open_source(path: Path) -> Iterator[ImageSource]:
    """The images of a folder, a zip file or an ``.npz`` file, read one at a time.

    Raises:
        SourceError: the path is none of these, or is damaged as a whole.
    """
    if path.is_dir():
        files = _folder_files(path)
        yield ImageSource(len(files), (_folder_candidate(path, file) for file in files))
    elif path.is_file():
        with _archive(path) as archive:
            yield (
                _array_source(archive, path) if path.suffix.lower() == ".npz" else _zip_source(archive, path)
            )
    else:
        raise SourceError(f"there is no file or folder {str(path)!r}; give a folder, a .zip or an .npz")


def _visible(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return bool(parts) and not hidden and "__MACOSX" not in parts


def _label(name: str) -> str:
    return PurePosixPath(name).parent.name


def _folder_files(folder: Path) -> list[str]:
    names = [
        (Path(parent) / file).relative_to(folder).as_posix()
        for parent, _, files in os.walk(folder)
        for file in files
    ]
    return sorted(filter(_visible, names))


def _folder_candidate(folder: Path, name: str) -> Candidate:
    def read() -> bytes:
        try:
            facts = (folder / name).stat()
            if not stat.S_ISREG(facts.st_mode):  # reading a pipe would wait for ever
                raise RefusedImageError("not a regular file")
            _check_size(facts.st_size)
            return (folder / name).read_bytes()
        except OSError as error:
            raise RefusedImageError(f"can't be read ({error.strerror})") from error

    return _candidate(name, read)


def _candidate(name: str, read: Callable[[], bytes]) -> Candidate:
    label = _label(name)
    if len(label) <= MAX_LABEL_LENGTH:
        return Candidate(name, label, read)
    return _refused(name, f"its folder's name is longer than {MAX_LABEL_LENGTH} characters")


def _refused(name: str, reason: str) -> Candidate:
    def read() -> bytes:
        raise RefusedImageError(reason)

    return Candidate(name, "", read)


def _check_size(size_bytes: int) -> None:
    if size_bytes > MAX_FILE_BYTES:
        raise RefusedImageError(f"{size_bytes} bytes unpacked; at most {MAX_FILE_BYTES} are taken")


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(
            f"{path.name} can't be read as a zip or npz file ({error}); give one, or a folder"
        ) from error
    with archive:
        yield archive


def _zip_source(archive: zipfile.ZipFile, path: Path) -> ImageSource:
    entries = [
        entry for entry in archive.infolist() if not entry.filename.endswith("/") and _visible(entry.filename)
    ]
    total_bytes = sum(entry.file_size for entry in entries)
    if total_bytes > MAX_TOTAL_BYTES:
        raise SourceError(
            f"{path.name} unpacks to {total_bytes} bytes; at most {MAX_TOTAL_BYTES} are taken: split it"
        )
    entries.sort(key=lambda entry: entry.filename)
    return ImageSource(len(entries), _zip_candidates(archive, entries))


def _zip_candidates(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[Candidate]:
    before = ""
    for entry in entries:
        if entry.filename == before:
            yield _refused(entry.filename, "a second file of this name in the archive")
        elif _leaves_the_archive(entry.filename):
            yield _refused(entry.filename, "its name leads out of the archive")
        else:
            yield _candidate(entry.filename, _entry_reader(archive, entry))
        before = entry.filename


def _leaves_the_archive(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "\\" in name or ".." in parts or parts[0] == "/" or ":" in parts[0]


def _entry_reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if entry.flag_bits & 1:
            raise RefusedImageError("encrypted")
        _check_size(entry.file_size)  # zipfile never hands out more than the entry declares
        try:
            return archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise RefusedImageError(f"damaged in the archive ({error})") from error

    return read


def _array_source(archive: zipfile.ZipFile, path: Path) -> ImageSource:
    names = archive.namelist()
    if f"{_IMAGES}.npy" not in names:
        held = ", ".join(name.removesuffix(".npy") for name in names) or "nothing"
        raise SourceError(
            f"{path.name} holds {held}; expected the images as {_IMAGES}, uint8 of shape (n, h, w, 1 or 3)"
        )
    count, shape = _array_shape(archive, path)
    return ImageSource(count, _array_candidates(archive, path, _array_labels(archive, path, count), shape))


def _array_shape(archive: zipfile.ZipFile, path: Path) -> tuple[int, tuple[int, int, int]]:
    """Number of images and the shape of one; (h, w) images get an axis of one channel."""
    with archive.open(f"{_IMAGES}.npy") as file:
        shape, fortran, dtype = _array_header(file, path)
    count, height, width, channels = (*shape, 1, 1, 1, 1)[:4]
    if dtype != np.uint8 or fortran or len(shape) not in {3, 4} or channels not in {1, 3}:
        raise SourceError(f"{path.name}: {_IMAGES} is {dtype} of shape {shape}; expected {_EXPECTED}")
    if not 0 < height * width <= MAX_PIXELS or count * height * width * channels > MAX_TOTAL_BYTES:
        raise SourceError(
            f"{path.name}: {_IMAGES} of shape {shape} is empty or too large; expected {_EXPECTED}"
        )
    return count, (height, width, channels)


def _array_header(file: IO[bytes], path: Path) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type; leaves the file at the first value."""
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        return read(file)
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            f"{path.name} holds a damaged array ({error}); save it again with numpy.savez"
        ) from error


def _array_labels(archive: zipfile.ZipFile, path: Path, count: int) -> list[str]:
    if f"{_LABELS}.npy" not in archive.namelist():
        return [""] * count
    with archive.open(f"{_LABELS}.npy") as file:
        shape, _, dtype = _array_header(file, path)
    if shape != (count,) or dtype.kind not in "iuU":
        raise SourceError(
            f"{path.name}: {_LABELS} is {dtype} of shape {shape}; expected {count} whole numbers or texts"
        )
    with archive.open(f"{_LABELS}.npy") as file:
        return [str(label)[:MAX_LABEL_LENGTH] for label in np.lib.format.read_array(file, allow_pickle=False)]


def _array_candidates(
    archive: zipfile.ZipFile, path: Path, labels: list[str], shape: tuple[int, int, int]
) -> Iterator[Candidate]:
    size = int(np.prod(shape))
    with archive.open(f"{_IMAGES}.npy") as file:
        _array_header(file, path)
        for index, label in enumerate(labels):
            pixels = _read_exactly(file, size, path)
            yield Candidate(f"{_IMAGES}[{index}]", label, lambda pixels=pixels: _array_image(pixels, shape))  # type: ignore[misc]


def _read_exactly(file: IO[bytes], size: int, path: Path) -> bytes:
    try:
        data = file.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceError(f"{path.name} is damaged ({error}); save it again with numpy.savez") from error
    if len(data) < size:
        raise SourceError(f"{path.name} ends before its last image; save it again with numpy.savez")
    return data


def _array_image(pixels: bytes, shape: tuple[int, int, int]) -> bytes:
    height, width, channels = shape
    return encode_lossless(Image.frombytes("RGB" if channels == 3 else "L", (width, height), pixels))
