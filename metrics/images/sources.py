"""Sets of images from whatever holds them: folders, archives, arrays, data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from metrics.cache import FeatureCache
from metrics.errors import ImageReadError
from metrics.evidence.kinds import Images
from metrics.images.arrays import from_array, labels_of, read_npy, read_npz
from metrics.images.datasets import SCHEME, open_dataset
from metrics.images.files import FileEntry, files_below, files_in_zip, from_files

ImageInput = Images | Path | str | Sequence[Path] | NDArray[Any] | Tensor
"""What `open_images` takes."""


def open_images(
    source: ImageInput,
    *,
    digest: str | None = None,
    labels: Sequence[int] | None = None,
    allow_unreadable: int = 0,
    data_root: Path = Path("data"),
    download: bool = False,
    cache: FeatureCache | None = None,
) -> Images:
    """A set of images from whatever holds it.

    Args:
        source: a folder (searched recursively, sorted by path; several top-level folders are classes), a .zip
            archive (likewise), an .npz file (its array `arr_0`, classes in `arr_1`), an .npy file, a sequence
            of files, an array or tensor (n, h, w, c) or (n, c, h, w), or "torchvision:NAME:SPLIT".
        digest: what identifies the content, if the caller knows it already (a manifest's digest);
            otherwise all bytes are read to make one.
        labels: the class of each image as a number from 0, where `source` doesn't say.
        allow_unreadable: how many files may be left out because they are no images.
        data_root: the folder in which torchvision keeps its data sets.
        download: whether a data set may be fetched.
        cache: where digests of files are remembered, so that unchanged files aren't read again.

    Raises:
        ImageReadError: there is no image, or what is given is no set of images.
        UnknownNameError: there is no such data set.
        InvalidEvidenceError: there are more or fewer labels than images.
    """
    if isinstance(source, Images):
        return source
    opened = _Opening(digest, allow_unreadable, data_root, download, cache).open(source)
    if labels is None:
        return opened
    return replace(opened, labels=labels_of(Tensor(list(labels)).long()))


@dataclass(frozen=True)
class _Opening:
    """How sets of images are opened; see `open_images`."""

    digest: str | None
    allow_unreadable: int
    data_root: Path
    download: bool
    cache: FeatureCache | None

    def open(self, source: Path | str | Sequence[Path] | NDArray[Any] | Tensor) -> Images:
        if isinstance(source, (np.ndarray, Tensor)):
            return from_array(source, self._known)
        if isinstance(source, str) and source.startswith(SCHEME):
            return open_dataset(source, self.data_root, self._known, download=self.download)
        if isinstance(source, (str, Path)):
            return self._open_path(Path(source))
        entries = [FileEntry(Path(path)) for path in source]
        if not entries:
            raise ImageReadError("The list of images is empty; give at least one file.")
        # Files listed one by one are one set, wherever they lie.
        listed = [(Path(entry.path.name), entry) for entry in entries]
        return from_files(
            listed,
            self._remembered([entry.path for entry in entries]),
            allow_unreadable=self.allow_unreadable,
        )

    def _open_path(self, path: Path) -> Images:
        if path.suffix == ".npz":
            pixels, classes = read_npz(path)
            return from_array(pixels, self._remembered([path]), classes)
        if path.suffix == ".npy":
            return from_array(read_npy(path), self._remembered([path]))
        if path.suffix == ".zip":
            listed, paths = files_in_zip(path), [path]
        elif path.is_dir():
            listed = files_below(path)
            paths = [path / inside for inside, _ in listed]
        else:
            raise ImageReadError(
                f"{path} is neither a folder of images nor a .zip, .npz or .npy file; check the path."
            )
        return from_files(listed, self._remembered(paths), allow_unreadable=self.allow_unreadable)

    def _known(self, compute: Callable[[], str]) -> str:
        return self.digest or compute()

    def _remembered(self, paths: Sequence[Path]) -> Callable[[Callable[[], str]], str]:
        cache = self.cache
        if self.digest is not None or cache is None:
            return self._known
        return lambda compute: cache.digest_of(paths, compute)
