"""Classes of training images, found beside them in every container."""

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganmodels.errors import DataError
from ganmodels.training.data import load_images
from ganmodels.training.shuffle import Shuffle

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 16, 16), dtype=np.uint8)
LABELS = np.array([1, 0, 1, 2], np.uint8)


def _idx(folder: Path, labels: np.ndarray = LABELS) -> Path:
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(struct.pack(">IIII", 0x803, *IMAGES.shape) + IMAGES.tobytes())
    content = struct.pack(">II", 0x801, len(labels)) + labels.tobytes()
    (folder / "train-labels-idx1-ubyte").write_bytes(gzip.compress(content))
    return path


def test_idx_files_have_them_beside(tmp_path: Path) -> None:
    data = load_images(_idx(tmp_path))
    assert data.labels is not None
    assert data.labels.tolist() == LABELS.tolist()
    assert data.labels_digest.startswith("sha256:")


@pytest.mark.parametrize("name", ["labels", "arr_1"])
def test_an_npz_has_them_inside(tmp_path: Path, name: str) -> None:
    np.savez(tmp_path / "a.npz", arr_0=IMAGES, **{name: LABELS})
    labels = load_images(tmp_path / "a.npz").labels
    assert labels is not None
    assert labels.tolist() == LABELS.tolist()


def test_folders_and_zips_have_one_folder_for_each(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for index, name in enumerate(("boot", "bag", "boot", "coat")):
            file = tmp_path / "images" / name / f"{index}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(IMAGES[index]).save(file)
            archive.write(file, f"{name}/{index}.png")
    for path in (tmp_path / "images", tmp_path / "a.zip"):
        labels = load_images(path).labels
        assert labels is not None
        assert labels.tolist() == [0, 1, 1, 2]


def test_without_any_there_are_none(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", IMAGES)
    data = load_images(tmp_path / "a.npz")
    assert data.labels is None
    assert data.labels_digest == ""
    assert Shuffle(data, 2, (0.0, 1.0), seed=0).labels(0, torch.device("cpu")) is None


def test_labels_that_are_not_one_for_each_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one class from 0"):
        load_images(_idx(tmp_path, LABELS[:3]))


def test_batches_bring_the_labels_of_their_images(tmp_path: Path) -> None:
    data = load_images(_idx(tmp_path))
    assert data.labels is not None
    shuffle = Shuffle(data, 3, (0.0, 255.0), seed=0)
    for index in range(5):
        labels = shuffle.labels(index, torch.device("cpu"))
        assert labels is not None
        for image, label in zip(shuffle.batch(index, torch.device("cpu")), labels, strict=True):
            row = next(row for row, known in enumerate(data.images) if torch.equal(known.float(), image))
            assert data.labels[row] == label
