"""Sets of images in files, folders and arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from numpy.typing import NDArray
from torch import Tensor

from metrics.errors import ImageReadError
from metrics.images.reading import SUFFIXES, read_image
from metrics.types import Images

ImageInput = Images | Path | str | Sequence[Path] | NDArray[Any] | Tensor


@dataclass(frozen=True)
class FileImages:
    """Images in files, in the given order."""

    paths: tuple[Path, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive).

        Raises:
            ImageReadError: a file is no image; the message names it.
        """
        return [read_image(path) for path in self.paths[start:stop]]


@dataclass(frozen=True, eq=False)
class ArrayImages:
    """Images in memory: uint8 (n, 3, h, w)."""

    pixels: UInt8[Tensor, "n 3 h w"] = field(repr=False)

    def __len__(self) -> int:
        return len(self.pixels)

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive)."""
        return list(self.pixels[start:stop])


def open_images(source: ImageInput, *, digest: str | None = None) -> Images:
    """A set of images from whatever holds it.

    Args:
        source: a folder (searched recursively, sorted by path), an .npz file (its array `arr_0`, uint8 NHWC),
            a sequence of files, or a uint8 array or tensor, NHWC or NCHW with 1 or 3 channels.
        digest: what identifies the content, if the caller knows it already (a manifest's digest);
            otherwise all bytes are read to make one.

    Raises:
        ImageReadError: there is no image, or the array has another shape or dtype.
    """
    if isinstance(source, Images):
        return source
    if isinstance(source, (np.ndarray, Tensor)):
        return _from_array(torch.as_tensor(source), digest)
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.suffix == ".npz":
            return _from_array(_read_npz(path), digest)
        source = _files_below(path)
    paths = tuple(Path(path) for path in source)
    if not paths:
        raise ImageReadError("The list of images is empty; give at least one file.")
    return Images(FileImages(paths), digest or _digest_of_files(paths))


def _files_below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ImageReadError(f"{folder} is neither a folder of images nor an .npz file; check the path.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise ImageReadError(
            f"{folder} holds no image; files ending in {', '.join(sorted(SUFFIXES))} are read."
        )
    return found


def _read_npz(path: Path) -> Tensor:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return torch.from_numpy(arrays["arr_0"])
    except (
        Exception
    ) as error:  # numpy and zipfile raise whatever their parsers trip over, down to MemoryError
        raise ImageReadError(
            f"{path} can't be read as images ({error}); it needs a uint8 array 'arr_0'."
        ) from error


def _from_array(pixels: Tensor, digest: str | None) -> Images:
    if pixels.dtype != torch.uint8 or pixels.ndim != 4 or 0 in pixels.shape:
        raise ImageReadError(
            f"An array of shape {tuple(pixels.shape)} and dtype {pixels.dtype} isn't a set of images; "
            "give uint8 (n, height, width, 3) or (n, 3, height, width)."
        )
    if pixels.shape[1] not in (1, 3):
        pixels = pixels.permute(0, 3, 1, 2)
    if pixels.shape[1] not in (1, 3):
        raise ImageReadError(
            f"An array of shape {tuple(pixels.shape)} has no axis of 1 or 3 channels; add one."
        )
    pixels = pixels.expand(-1, 3, -1, -1)
    if digest is None:
        header = f"array {tuple(pixels.shape)}".encode()
        digest = hashlib.sha256(header + pixels.contiguous().numpy().tobytes()).hexdigest()
    return Images(ArrayImages(pixels), digest)


def _digest_of_files(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        try:
            total.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise ImageReadError(f"{path} can't be read ({error.strerror}); check the path.") from error
    return total.hexdigest()
