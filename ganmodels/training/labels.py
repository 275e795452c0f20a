"""Classes of the training images, for models that are conditioned on one: found beside the images.

Rule: an idx file `…images-idx3…` has its labels in `…labels-idx1…` of the same folder; an `.npz` in its array
`labels` or `arr_1`; a folder or zip in the names of its outermost folders, sorted, where there are two or
more.
"""

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from ganmodels.errors import DataError
from ganmodels.training.names import image_entries, image_files

_IDX_LABELS = b"\x00\x00\x08\x01"
_IDX_HEADER_BYTES = 8
_NPZ_NAMES = ("labels", "arr_1")


def find_labels(path: Path, count: int) -> Int[Tensor, " n"] | None:
    """Finds the labels of a training set by the rule above.

    Args:
        path: the images' file or folder.
        count: number of images.

    Returns:
        Class of each image from 0, int64; `None` where there are none.

    Raises:
        DataError: there are labels, but not one for each image.
    """
    if path.is_dir():
        found = _from_names([file.relative_to(path).as_posix() for file in image_files(path)])
    elif path.suffix == ".npz":
        found = _from_npz(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = _from_names([entry.filename for entry in image_entries(archive.infolist())])
    else:
        found = _from_idx(path)
    if found is None:
        return None
    if found.shape != (count,) or found.dtype.kind not in "iu" or (count and found.min() < 0):
        raise DataError(
            f"{path} has {count} images and labels of {found.dtype} {found.shape}; give one class from 0 for "
            "each image"
        )
    return torch.from_numpy(found.astype(np.int64))


def _from_names(names: Sequence[str]) -> np.ndarray | None:
    parts = [PurePosixPath(name).parts for name in names]
    folders = sorted({part[0] for part in parts if len(part) > 1})
    if len(folders) < 2 or any(len(part) < 2 for part in parts):
        return None
    return np.array([folders.index(part[0]) for part in parts])


def _from_npz(path: Path) -> np.ndarray | None:
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        name = next((name for name in _NPZ_NAMES if name in archive), None)
        return None if name is None else np.asarray(archive[name])


def _from_idx(path: Path) -> np.ndarray | None:
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if beside == path or not beside.is_file():
        return None
    data = beside.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] != _IDX_LABELS:
        raise DataError(f"{beside} is not an idx file of labels (starting 00 00 08 01): copy it again")
    return np.frombuffer(data, np.uint8, offset=_IDX_HEADER_BYTES)
