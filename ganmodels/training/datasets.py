"""Training images that torchvision knows by name, such as `torchvision:CIFAR10:train`."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from jaxtyping import Int
from PIL import Image
from torch import Tensor

from ganmodels.errors import DataError, did_you_mean
from ganmodels.training.data import (
    ImageData,
    Pixels,
    as_pixels,
    check_size,
    image_data,
    load_images,
    stack,
)

SCHEME = "torchvision:"
_SPLITS = ("train", "test")


def open_images(text: str, size_px: int | None, data_root: Path, *, download: bool) -> ImageData:
    """Reads a training set from where a person says it is.

    Args:
        text: a path, see `load_images`, or "torchvision:NAME" or "torchvision:NAME:SPLIT".
        size_px: wanted side.
        data_root: the folder in which torchvision keeps its data sets.
        download: whether one that is not there may be fetched.

    Raises:
        DataError: see `load_images`; torchvision has no such data set or split, or it isn't in that folder.
    """
    if not text.startswith(SCHEME):
        return load_images(Path(text), size_px)
    check_size(size_px)
    dataset = _open(text, data_root, download=download)
    return image_data(stack(_pixels(text, dataset, size_px)), text.removeprefix(SCHEME), _labels(dataset))


def _open(text: str, root: Path, *, download: bool) -> Any:
    name, _, split = text.removeprefix(SCHEME).partition(":")
    if name not in torchvision.datasets.__all__:
        raise DataError(
            f"torchvision has no data set {name[:80]!r}; {did_you_mean(name, torchvision.datasets.__all__)}"
        )
    make = getattr(torchvision.datasets, name)
    try:
        return make(**_arguments(make, root, split, download=download))
    except DataError:
        raise
    except Exception as error:  # each data set has errors of its own
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise DataError(
            f"{text} can't be opened in {root} ({reason}); name the folder that holds it with --data-root, "
            "or have it fetched with --download"
        ) from error


def _arguments(make: Callable[..., Any], root: Path, split: str, *, download: bool) -> dict[str, Any]:
    known = inspect.signature(make).parameters
    given: dict[str, Any] = {"root": str(root)} if "root" in known else {}
    if "download" in known:
        given["download"] = download
    if split and "train" in known:
        if split not in _SPLITS:
            raise DataError(f"there is no part {split[:80]!r}; {did_you_mean(split, _SPLITS)}")
        given["train"] = split == "train"
    elif split:
        given["split"] = split
    return given


def _pixels(text: str, dataset: Any, size_px: int | None) -> Iterator[Pixels]:
    for index in range(len(dataset)):
        item = dataset[index]
        image = item[0] if isinstance(item, tuple) else item
        if not isinstance(image, Image.Image):
            raise DataError(f"{text} gives {type(image).__name__}, not images; save them as files first")
        yield as_pixels(image, size_px)


def _labels(dataset: Any) -> Int[Tensor, " n"] | None:
    """Finds the classes, where the data set knows them without reading an image."""
    for attribute in ("targets", "labels", "_labels"):
        found = np.asarray(getattr(dataset, attribute, ()))
        if found.shape == (len(dataset),) and found.dtype.kind in "iu" and found.min() >= 0:
            return torch.from_numpy(found.astype(np.int64))
    return None
