from __future__ import annotations

import pytest
import torch

from metrics.cache import FeatureCache
from metrics.errors import CacheWriteError

TENSORS = {"features": torch.arange(12.0).reshape(3, 4), "probabilities": torch.full((3, 2), 0.5)}


@pytest.fixture
def entry(tmp_path):
    return FeatureCache(tmp_path / "cache").entry({"images": "abc", "extractor": "x"})


def test_what_is_written_is_read(entry):
    entry.write(0, TENSORS)
    found = entry.read(0)
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)
    assert entry.read(1) is None
    assert [path.name for path in entry.folder.iterdir()] == ["000000.safetensors"]


def test_another_identity_is_another_entry(tmp_path):
    cache = FeatureCache(tmp_path)
    folders = {
        cache.entry(identity).folder
        for identity in (
            {"images": "abc", "count": 1},
            {"images": "abc", "count": 2},
            {"count": 1, "images": "abc"},
        )
    }
    assert len(folders) == 2


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "replaced"])
def test_damage_is_noticed(entry, damage):
    entry.write(0, TENSORS)
    path = entry.folder / "000000.safetensors"
    data = bytearray(path.read_bytes())
    if damage == "truncated":
        data = data[:-5]
    elif damage == "flipped":
        data[-1] ^= 1
    elif damage == "emptied":
        data = bytearray()
    else:
        data = bytearray(b"\x80\x04not safetensors at all")
    path.write_bytes(data)
    assert entry.read(0) is None
    entry.write(0, TENSORS)
    assert entry.read(0) is not None


def test_a_folder_that_can_t_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    entry = FeatureCache(tmp_path / "file").entry({})
    with pytest.raises(CacheWriteError, match="make room, or evaluate without a cache"):
        entry.write(0, TENSORS)
