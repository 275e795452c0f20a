"""Training images: read once, brought to one shape by a stated rule, held in memory as uint8.

Rule: an image of another mode is converted to grey or RGB (transparency over white, 16 bits rounded to 8);
the set is grey where all its images are. An image smaller than the wanted size is centred on black; a larger
one is cropped to its central square and reduced (Lanczos). Without a wanted size all images must have one
size.
"""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ganmodels.errors import DataError
from ganmodels.networks.shapes import ImageShape
from ganmodels.training.labels import find_labels
from ganmodels.training.names import IMAGE_SUFFIXES, image_entries, image_files

_IDX_IMAGES = b"\x00\x00\x08\x03"
_GREY_MODES = frozenset({"1", "L"})
_IDX_HEADER_BYTES = 16
_LARGEST_MEMBER_BYTES = 256 * 1024 * 1024

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageData:
    """A training set in memory, with what a checkpoint has to say of it."""

    images: UInt8[Tensor, "n c h w"]
    name: str
    digest: str
    labels: Int[Tensor, " n"] | None = None

    @property
    def labels_digest(self) -> str:
        """SHA-256 of the labels, or "" where there are none."""
        if self.labels is None:
            return ""
        return f"sha256:{hashlib.sha256(self.labels.numpy().tobytes()).hexdigest()}"

    @property
    def shape(self) -> ImageShape:
        """Channels, height, width."""
        _, channels, height, width = self.images.shape
        return channels, height, width

    def __len__(self) -> int:
        return len(self.images)


@runtime_checkable
class Batches(Protocol):
    """What a training step is shown: batch `i` is the same whether or not others were asked for."""

    def batch(self, index: int, device: torch.device) -> Float[Tensor, "n c h w"]:
        """Returns batch `index`, from 0, on a device."""
        ...

    def labels(self, index: int, device: torch.device) -> Int[Tensor, " n"] | None:
        """Returns the classes of batch `index`, on a device; `None` where the set has none."""
        ...


def load_images(path: Path, size_px: int | None = None) -> ImageData:
    """Reads a training set: a folder or zip of images, an `.npz` with `arr_0`, or an MNIST-style idx file.

    Args:
        path: the file or folder; idx files may be gzipped.
        size_px: wanted side; see the rule above.

    Raises:
        DataError: nothing there, unreadable, no images, or images of unequal size where no size is wanted.
    """
    check_size(size_px)
    if not path.exists():
        raise DataError(f"no training images at {path}: give a folder, .zip, .npz or idx file that exists")
    try:
        array = stack(_read(path, size_px))
        labels = find_labels(path, len(array))
    except DataError:
        raise
    except Exception as error:  # archives and arrays raise whatever their parsers trip over, even MemoryError
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise DataError(f"{path} can't be read ({reason}); give a folder, .zip, .npz or idx file") from error
    if not len(array):
        raise DataError(f"{path} holds no images: expected files in {', '.join(sorted(IMAGE_SUFFIXES))}")
    return image_data(array, path.name, labels)


def check_size(size_px: int | None) -> None:
    """Raises `DataError` for a side that no image can be brought to."""
    if size_px is not None and size_px < 1:
        raise DataError(f"images can't be brought to a side of {size_px} px; give --size from 16")


def image_data(array: UInt8[np.ndarray, "n c h w"], name: str, labels: Tensor | None) -> ImageData:
    """Makes a set of images; its digest is the same whatever held them."""
    digest = hashlib.sha256(str(array.shape).encode() + array.tobytes()).hexdigest()
    return ImageData(torch.from_numpy(array), name, f"sha256:{digest}", labels)


def _read(path: Path, size_px: int | None) -> Iterator[Pixels]:
    if path.is_dir():
        return (_decode(str(file), file, size_px) for file in image_files(path))
    if path.suffix == ".npz":
        return (as_pixels(Image.fromarray(array), size_px) for array in _read_npz(path))
    if zipfile.is_zipfile(path):
        return _read_zip(path, size_px)
    return (as_pixels(Image.fromarray(array), size_px) for array in _read_idx(path))


def _read_npz(path: Path) -> Pixels:
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        if "arr_0" not in archive:
            raise DataError(
                f"{path} has no array 'arr_0' but {sorted(archive)}; save it with numpy.savez(path, images)"
            )
        images: Pixels = archive["arr_0"]
    shape = images.shape
    if images.dtype != np.uint8 or len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DataError(f"'arr_0' in {path} is {images.dtype} {shape}; expected uint8 (n, h, w[, 1 or 3])")
    return images[..., 0] if len(shape) == 4 and shape[3] == 1 else images


def _read_idx(path: Path) -> Pixels:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] != _IDX_IMAGES:
        raise DataError(f"{path} is no folder, .zip, .npz, nor an idx file of images (starting 00 00 08 03)")
    count, height, width = (int.from_bytes(data[at : at + 4], "big") for at in (4, 8, 12))
    found = len(data) - _IDX_HEADER_BYTES
    if found != count * height * width:
        raise DataError(
            f"{path} says {count} images of {height}×{width} and holds {found} bytes: copy it again"
        )
    return np.frombuffer(data, np.uint8, offset=_IDX_HEADER_BYTES).reshape(count, height, width)


def _read_zip(path: Path, size_px: int | None) -> Iterator[Pixels]:
    with zipfile.ZipFile(path) as archive:
        for entry in image_entries(archive.infolist()):
            if entry.file_size > _LARGEST_MEMBER_BYTES:
                raise DataError(f"'{entry.filename}' in {path} unpacks to {entry.file_size} bytes: too large")
            yield _decode(entry.filename, io.BytesIO(archive.read(entry)), size_px)


def _decode(name: str, source: Path | io.BytesIO, size_px: int | None) -> Pixels:
    try:
        with Image.open(source) as image:
            return as_pixels(image, size_px)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"'{name}' can't be decoded ({error}): mend it or take it out") from error


def as_pixels(image: Image.Image, size_px: int | None) -> Pixels:
    """Brings one image to uint8 (1 or 3, h, w) by the rule above.

    Raises:
        DataError: its numbers have no range that is known.
    """
    if image.mode == "F":
        raise DataError("its pixels are fractions of no stated range, not whole numbers of 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 bits, sometimes held in 32; Pillow would cut them off at 255
        image = Image.fromarray((np.asarray(image) / 257).round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = image.convert("L" if image.mode in _GREY_MODES else "RGB")
    array = np.asarray(image if size_px is None else _fit(image, size_px))
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def _fit(image: Image.Image, size_px: int) -> Image.Image:
    side = max(size_px, min(image.size))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return square if side == size_px else square.resize((size_px, size_px), Image.Resampling.LANCZOS)


def stack(images: Iterator[Pixels]) -> Pixels:
    """Puts images of one size into one array (n, 1 or 3, h, w), in colour where one of them is.

    Raises:
        DataError: they are not of one size.
    """
    arrays = list(images)
    sizes = sorted({array.shape[1:] for array in arrays})
    if len(sizes) > 1:
        raise DataError(
            f"images of {len(sizes)} sizes, such as {sizes[0]} and {sizes[-1]}: say which with --size"
        )
    if any(len(array) == 3 for array in arrays):
        arrays = [np.broadcast_to(array, (3, *array.shape[1:])) for array in arrays]
    return np.stack(arrays) if arrays else np.empty((0, 1, 0, 0), np.uint8)
