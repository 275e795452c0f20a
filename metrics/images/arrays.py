"""Sets of images in arrays: in memory, and in the .npz files that ADM's evaluator reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from numpy.typing import NDArray
from torch import Tensor

from metrics.errors import ImageReadError
from metrics.evidence.kinds import Images, Labels

CHANNELS = (1, 2, 3, 4)  # grey, grey and alpha, RGB, RGB and alpha


@dataclass(frozen=True, eq=False)
class ArrayImages:
    """Images in memory: uint8 (n, 3, h, w)."""

    pixels: UInt8[Tensor, "n 3 h w"] = field(repr=False)

    def __len__(self) -> int:
        return len(self.pixels)

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive)."""
        return list(self.pixels[start:stop])

    def name(self, index: int) -> str:
        """Its row."""
        return f"row {index}"


def from_array(
    array: NDArray[Any] | Tensor,
    digest: Callable[[Callable[[], str]], str],
    labels: Labels | None = None,
) -> Images:
    """A set of the images in an array.

    Args:
        array: (n, h, w, c) or (n, c, h, w), uint8 or uint16, of 1 to 4 channels: grey is repeated in three
            channels, alpha dropped, and 16 bits scaled to 8, as `metrics.images.reading` does with files.
        digest: given what computes the digest of the content, the digest.
        labels: the class of each image.

    Raises:
        ImageReadError: another shape or dtype.
    """
    pixels = _as_rgb(_as_bytes(array))

    def compute() -> str:
        header = f"array {tuple(pixels.shape)}".encode()
        return hashlib.sha256(header + pixels.contiguous().numpy().tobytes()).hexdigest()

    return Images(ArrayImages(pixels), digest(compute), labels)


def read_npz(path: Path) -> tuple[Tensor, Labels | None]:
    """The images `arr_0` of an .npz file, with the classes `arr_1` (names or numbers) if it has them.

    Raises:
        ImageReadError: the file is damaged or holds no `arr_0`; the message names it.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            pixels = _as_bytes(arrays["arr_0"])
            classes = arrays["arr_1"] if "arr_1" in arrays.files else None
    except Exception as error:  # numpy and zipfile raise whatever their parsers trip over, even MemoryError
        raise ImageReadError(
            f"{path} can't be read as images ({error}); it needs a uint8 array 'arr_0'."
        ) from error
    return pixels, None if classes is None else _as_labels(path, classes, len(pixels))


def read_npy(path: Path) -> Tensor:
    """The images of an .npy file.

    Raises:
        ImageReadError: the file is damaged; the message names it.
    """
    try:
        with path.open("rb") as file:
            return _as_bytes(np.load(file, allow_pickle=False))
    except Exception as error:  # as above
        raise ImageReadError(
            f"{path} can't be read as images ({error}); it needs to be a uint8 array."
        ) from error


def labels_of(classes: Tensor, names: tuple[str, ...] = ()) -> Labels:
    """Labels from numbers of classes.

    Args:
        classes: (n,) integers from 0.
        names: what the classes are called; their numbers if nobody says.
    """
    count = int(classes.max()) + 1 if len(classes) else 0
    return Labels(classes.to(torch.int64), names or tuple(str(index) for index in range(count)))


def _as_labels(path: Path, classes: NDArray[Any], images: int) -> Labels:
    if classes.shape == (images,) and classes.dtype.kind == "U":
        names, values = np.unique(classes, return_inverse=True)
        return labels_of(torch.from_numpy(values), tuple(names.tolist()))
    if not np.issubdtype(classes.dtype, np.integer) or classes.shape != (images,) or classes.min() < 0:
        raise ImageReadError(
            f"{path} has 'arr_1' of shape {classes.shape} and dtype {classes.dtype}; "
            f"the classes of its {images} images must be a name or a whole number from 0 for each."
        )
    return labels_of(torch.from_numpy(classes.astype(np.int64)))


def _as_bytes(array: NDArray[Any] | Tensor) -> Tensor:
    pixels = torch.as_tensor(array)
    return (pixels.double() / 257).round().byte() if pixels.dtype == torch.uint16 else pixels


def _as_rgb(pixels: Tensor) -> UInt8[Tensor, "n 3 h w"]:
    if pixels.dtype != torch.uint8 or pixels.ndim != 4 or 0 in pixels.shape:
        raise ImageReadError(
            f"An array of shape {tuple(pixels.shape)} and dtype {pixels.dtype} isn't a set of images; "
            "give uint8 (n, height, width, 3) or (n, 3, height, width)."
        )
    if pixels.shape[1] not in CHANNELS:
        pixels = pixels.permute(0, 3, 1, 2)
    if pixels.shape[1] not in CHANNELS:
        raise ImageReadError(
            f"An array of shape {tuple(pixels.shape)} has no axis of 1 or 3 channels; add one."
        )
    colours = 3 if pixels.shape[1] >= 3 else 1
    return pixels[:, :colours].expand(-1, 3, -1, -1)
