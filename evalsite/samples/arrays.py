"""Images in an array file, as ADM writes them: ``arr_0``, uint8 NHWC, and maybe their labels as ``arr_1``."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from evalsite.samples.candidates import Candidate, ImageSource, make_candidate, say
from evalsite.samples.errors import SourceError
from evalsite.samples.images import MAX_PIXELS, encode_lossless
from evalsite.samples.names import visible

MAX_IMAGES = 10_000_000
MAX_LABELS_BYTES = 1024**3
_IMAGES, _LABELS = "arr_0", "arr_1"
_NAMED = 20
_EXPECTED = "uint8 of shape (n, h, w, 1 or 3) in C order, at most 64 million pixels an image"


def array_source(archive: zipfile.ZipFile, path: Path) -> ImageSource:
    """The images of an ``.npz`` file, one at a time; its header is checked before memory is asked for.

    Raises:
        SourceError: it holds no such array, or a damaged one.
    """
    names = archive.namelist()
    if f"{_IMAGES}.npy" not in names:
        held = visible(", ".join(name.removesuffix(".npy") for name in names[:_NAMED])) or "nothing"
        raise SourceError(
            f"{path.name} holds {held}; expected the images as {_IMAGES}, uint8 of shape (n, h, w, 1 or 3)"
        )
    with _damage_explained(path):
        count, shape = _array_shape(archive, path)
        labels = _array_labels(archive, path, count)
    return ImageSource(count, _array_candidates(archive, path, labels, shape))


@contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except SourceError:
        raise
    except Exception as error:  # parsers raise whatever they trip over, down to MemoryError
        raise SourceError(
            f"{path.name} holds a damaged array ({say(error)}); save it again with numpy.savez"
        ) from error


def _array_shape(archive: zipfile.ZipFile, path: Path) -> tuple[int, tuple[int, int, int]]:
    """Number of images and the shape of one; (h, w) images get an axis of one channel."""
    with archive.open(f"{_IMAGES}.npy") as file:
        shape, fortran, dtype = _array_header(file)
    count, height, width, channels = (*shape, 1, 1, 1, 1)[:4]
    if dtype != np.uint8 or fortran or len(shape) not in {3, 4} or channels not in {1, 3}:
        raise SourceError(f"{path.name}: {_IMAGES} is {dtype} of shape {shape}; expected {_EXPECTED}")
    if min(shape) < 1 or count > MAX_IMAGES or height * width > MAX_PIXELS:
        raise SourceError(
            f"{path.name}: {_IMAGES} of shape {shape} is empty or too large; expected {_EXPECTED}"
        )
    return count, (height, width, channels)


def _array_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type; leaves the file at the first value."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    return tuple(int(side) for side in shape), fortran, dtype


def _array_labels(archive: zipfile.ZipFile, path: Path, count: int) -> Iterable[str]:
    if f"{_LABELS}.npy" not in archive.namelist():
        return repeat("", count)
    with archive.open(f"{_LABELS}.npy") as file:
        shape, _, dtype = _array_header(file)
    if shape != (count,) or dtype.kind not in "iuU" or count * dtype.itemsize > MAX_LABELS_BYTES:
        raise SourceError(
            f"{path.name}: {_LABELS} is {dtype} of shape {shape}; expected {count} whole numbers or texts"
        )
    with archive.open(f"{_LABELS}.npy") as file:
        return map(str, np.lib.format.read_array(file, allow_pickle=False))


def _array_candidates(
    archive: zipfile.ZipFile, path: Path, labels: Iterable[str], shape: tuple[int, int, int]
) -> Iterator[Candidate]:
    size = int(np.prod(shape))
    with archive.open(f"{_IMAGES}.npy") as file:
        _array_header(file)
        for index, label in enumerate(labels):
            pixels = _read_exactly(file, size, path)
            yield make_candidate(f"{_IMAGES}[{index}]", label, partial(_array_image, pixels, shape))


def _read_exactly(file: IO[bytes], size: int, path: Path) -> bytes:
    with _damage_explained(path):
        data = file.read(size)
    if len(data) < size:
        raise SourceError(f"{path.name} ends before its last image; save it again with numpy.savez")
    return data


def _array_image(pixels: bytes, shape: tuple[int, int, int]) -> bytes:
    height, width, channels = shape
    return encode_lossless(Image.frombytes("RGB" if channels == 3 else "L", (width, height), pixels))
