"""What is written is whole, finite and says where it comes from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import nn

from ganmodels.checkpoints import Description, inspect, save
from ganmodels.checkpoints.save import package_versions, write_atomically
from ganmodels.errors import CheckpointNotFiniteError


def _description(path: Path) -> Description:
    return inspect(path).description


def test_a_description_survives_json(checkpoint: Path) -> None:
    description = _description(checkpoint)
    assert Description.from_json(description.to_json()) == description
    assert description.versions == package_versions()
    assert {"python", "torch", "numpy", "safetensors"} == set(description.versions)


def test_nothing_is_written_where_a_weight_is_no_number(tmp_path: Path, checkpoint: Path) -> None:
    network = nn.Linear(2, 2)
    nn.init.constant_(network.bias, float("nan"))
    with pytest.raises(CheckpointNotFiniteError, match="'bias'"):
        save(tmp_path / "bad.safetensors", network, _description(checkpoint))
    assert list(tmp_path.iterdir()) == []


def test_the_same_network_is_the_same_file(tmp_path: Path, checkpoint: Path) -> None:
    network = nn.Linear(2, 2)
    for name in ("one", "two"):
        save(tmp_path / f"{name}.safetensors", network, _description(checkpoint))
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"long content", b"short"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_tensors_that_are_not_contiguous_are_saved(tmp_path: Path, checkpoint: Path) -> None:
    network = nn.Conv2d(4, 4, 3).to(memory_format=torch.channels_last)
    save(tmp_path / "conv.safetensors", network, _description(checkpoint))
    assert (tmp_path / "conv.safetensors").exists()


def test_what_can_not_be_moved_to_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"content")
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]


def test_two_that_write_one_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    contents = [bytes([letter]) * 2_000_000 for letter in b"ab"] * 4
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda content: write_atomically(tmp_path / "file", content), contents))
    assert (tmp_path / "file").read_bytes() in contents
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
