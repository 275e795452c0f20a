"""Sets of images that torchvision knows by name, such as `torchvision:CIFAR10:test`."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from metrics.errors import ImageReadError, UnknownNameError
from metrics.evidence.kinds import Images, Labels
from metrics.images.arrays import labels_of
from metrics.images.reading import as_rgb
from metrics.registry.discovery import unknown_name

SCHEME = "torchvision:"


@dataclass(frozen=True, eq=False)
class DatasetImages:
    """The images of a torchvision data set."""

    dataset: Any = field(repr=False)

    def __len__(self) -> int:
        return len(self.dataset)

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive)."""
        return [_as_tensor(self.dataset[index]) for index in range(start, min(stop, len(self)))]

    def name(self, index: int) -> str:
        """Its place in the data set."""
        return f"{type(self.dataset).__name__} {index}"


def open_dataset(
    text: str, root: Path, digest: Callable[[Callable[[], str]], str], *, download: bool
) -> Images:
    """A data set with its labels.

    Args:
        text: "torchvision:NAME" or "torchvision:NAME:SPLIT", as in "torchvision:CIFAR10:test".
        root: the folder in which torchvision keeps its data sets.
        digest: given what computes the digest of the content, the digest.
        download: whether it may be fetched.

    Raises:
        UnknownNameError: torchvision has no such data set.
        ImageReadError: it isn't in that folder, or has no such split.
    """
    from torchvision import datasets  # seconds and 150 MB, which whoever names no data set is spared

    name, _, split = text.removeprefix(SCHEME).partition(":")
    if name not in datasets.__all__:
        raise unknown_name("torchvision data set", name, datasets.__all__)
    make = getattr(datasets, name)
    try:
        dataset = make(**_arguments(make, root, split, download=download))
    except UnknownNameError:
        raise
    except Exception as error:  # each data set has errors of its own
        raise ImageReadError(
            f"{text} can't be opened in {root} ({error}); name the folder that holds it as the data root."
        ) from error
    images = DatasetImages(dataset)
    return Images(images, digest(lambda: _digest(text, dataset)), _labels(dataset))


def _arguments(make: Callable[..., Any], root: Path, split: str, *, download: bool) -> dict[str, Any]:
    known = inspect.signature(make).parameters
    given: dict[str, Any] = {"root": str(root)} if "root" in known else {}
    if "download" in known:
        given["download"] = download
    if split and "train" in known:
        if split not in ("train", "test"):
            raise unknown_name("split", split, ("train", "test"))
        given["train"] = split == "train"
    elif split:
        given["split"] = split
    return given


def _digest(text: str, dataset: Any) -> str:
    total = hashlib.sha256(f"{text} {len(dataset)}".encode())
    data = getattr(dataset, "data", None)
    if isinstance(data, (np.ndarray, Tensor)):
        total.update(np.ascontiguousarray(data).tobytes())
    return total.hexdigest()


def _labels(dataset: Any) -> Labels | None:
    """The classes, where the data set knows them without reading an image."""
    for attribute in ("targets", "labels", "_labels"):
        classes = getattr(dataset, attribute, None)
        if classes is not None and np.ndim(classes) == 1 and len(classes) == len(dataset):
            numbers = torch.as_tensor(np.asarray(classes).astype(np.int64))
            names = tuple(str(name) for name in getattr(dataset, "classes", ()))
            known = int(numbers.min()) >= 0 and (not names or int(numbers.max()) < len(names))
            return labels_of(numbers, names) if known else None
    return None


def _as_tensor(item: Any) -> UInt8[Tensor, "3 h w"]:
    image = item[0] if isinstance(item, tuple) else item
    if not isinstance(image, Image.Image):
        raise ImageReadError(
            f"The data set gives {type(image).__name__} where an image was expected; save it as files first."
        )
    return torch.from_numpy(as_rgb(image)).permute(2, 0, 1)
