"""torchvision's data sets by name: from the disk, or by a sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ganmodels.errors import DataError
from ganmodels.training.data import load_images
from ganmodels.training.datasets import open_images

DIGITS = np.random.default_rng(0).integers(0, 256, (5, 16, 16), dtype=np.uint8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """MNIST as torchvision keeps it, but small."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", 5), ("t10k", 2)):
        sizes = np.array([2051, count, 16, 16], ">i4").tobytes()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(sizes + DIGITS[:count].tobytes())
        labels = np.arange(count, dtype=np.uint8).tobytes()
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(np.array([2049, count], ">i4").tobytes() + labels)
    return tmp_path


def test_a_set_is_what_its_files_are(root: Path) -> None:
    data = open_images("torchvision:MNIST", None, root, download=False)
    assert torch.equal(data.images[:, 0], torch.from_numpy(DIGITS))
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 2, 3, 4]
    assert data.name == "MNIST"
    files = load_images(root / "MNIST" / "raw" / "train-images-idx3-ubyte")
    assert (data.digest, data.labels_digest) == (files.digest, files.labels_digest)


def test_parts_and_sizes_are_asked_for(root: Path) -> None:
    data = open_images("torchvision:MNIST:test", 32, root, download=False)
    assert (len(data), data.shape) == (2, (1, 32, 32))
    assert open_images(str(root / "MNIST" / "raw" / "t10k-images-idx3-ubyte"), None, root, download=False)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("torchvision:MNITS", "did you mean 'MNIST'"),
        ("torchvision:MNIST:tset", "did you mean 'test'"),
        ("torchvision:CIFAR10", "have it fetched with --download"),
    ],
)
def test_what_is_not_there_is_one_sentence(root: Path, name: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as raised:
        open_images(name, None, root, download=False)
    assert "\n" not in str(raised.value)


def test_a_side_that_is_none_is_refused(root: Path) -> None:
    with pytest.raises(DataError, match="give --size"):
        open_images("torchvision:MNIST", 0, root, download=False)
