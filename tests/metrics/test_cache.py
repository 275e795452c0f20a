from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
import torch
from PIL import Image

import metrics
from metrics.cache import ABANDONED_S, FeatureCache, default_folder
from metrics.errors import CacheWriteError

TENSORS = {"features": torch.arange(12.0).reshape(3, 4), "probabilities": torch.full((3, 2), 0.5)}
YEAR_NS = 365 * 86400 * 10**9


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "cache")


@pytest.fixture
def entry(cache):
    return cache.entry({"images": "abc", "extractor": "x"})


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read(entry):
    assert not entry.has(0, TENSORS)
    entry.write(0, TENSORS)
    assert entry.has(0, TENSORS)
    found = entry.read(0, TENSORS)
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)
    assert entry.read(1, TENSORS) is None
    assert _files(entry.folder) == [
        "features.000000.safetensors",
        "identity.json",
        "probabilities.000000.safetensors",
    ]


def test_outputs_are_found_one_by_one(entry):
    entry.write(0, {"features": TENSORS["features"]})
    assert entry.read(0, {"features"}).keys() == {"features"}
    assert entry.read(0, TENSORS) is None
    entry.write(0, TENSORS)
    assert entry.read(0, TENSORS).keys() == TENSORS.keys()


def test_another_identity_is_another_entry(cache):
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
def test_damage_is_noticed_and_mended(entry, damage):
    entry.write(0, TENSORS)
    path = entry.folder / "features.000000.safetensors"
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
    assert entry.read(0, TENSORS) is None
    entry.write(0, TENSORS)
    assert entry.read(0, TENSORS) is not None


def test_a_folder_that_can_t_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    entry = FeatureCache(tmp_path / "file").entry({})
    with pytest.raises(CacheWriteError, match="make room, choose another folder"):
        entry.write(0, TENSORS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_leaves_nothing_half_written(entry, monkeypatch):
    entry.write(0, {"features": TENSORS["features"]})
    before = _files(entry.folder)
    monkeypatch.setattr(os, "fdopen", _on_a_full_disk)
    with pytest.raises(CacheWriteError, match="No space left on device"):
        entry.write(1, TENSORS)
    assert _files(entry.folder) == before


def _on_a_full_disk(descriptor: int, mode: str):
    os.close(descriptor)
    return Path("/dev/full").open(mode, buffering=0)


def test_the_entries_not_used_for_longest_make_room(cache):
    entries = [cache.entry({"images": name}) for name in "abc"]
    for age, entry in enumerate(entries):
        entry.write(0, TENSORS)
        os.utime(entry.folder, (1000 - age, 1000 - age))
    entries[2].read(0, TENSORS)  # was the oldest, and is the newest now
    assert [listed.identity["images"] for listed in cache.entries()] == ["b", "a", "c"]
    each = cache.size_bytes() // 3
    bounded = FeatureCache(cache.root, limit_bytes=2 * each)
    assert bounded.trim(now=2000.0) == each
    assert [listed.identity["images"] for listed in cache.entries()] == ["a", "c"]
    assert bounded.trim(now=2000.0) == 0


def test_a_killed_writer_s_file_is_removed_later(cache, entry):
    entry.write(0, TENSORS)
    part = entry.folder / "tmpabc.part"
    part.write_bytes(b"half")
    cache.trim(now=part.stat().st_mtime + ABANDONED_S - 1)
    assert part.exists()
    cache.trim(now=part.stat().st_mtime + ABANDONED_S + 1)
    assert not part.exists()
    assert entry.read(0, TENSORS) is not None


def test_clearing_removes_all_and_says_how_much(cache, entry):
    entry.write(0, TENSORS)
    size = cache.size_bytes()
    assert size > 0
    assert cache.clear() == size
    assert cache.entries() == []
    assert cache.clear() == 0


def test_writers_at_once_do_no_harm(cache):
    entry = cache.entry({"images": "abc"})
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for chunk in range(40):
                entry.write(chunk % 4, TENSORS)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(entry.read(chunk, TENSORS) is not None for chunk in range(4))
    assert not list(entry.folder.glob("*.part"))


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for path in paths:
        path.write_bytes(path.name.encode())
        os.utime(path, ns=(YEAR_NS, YEAR_NS))
    return paths


class _Digest:
    """Counts how often it is made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"digest {self.made}"


def test_unchanged_files_are_not_read_again(cache, files):
    digest = _Digest()
    assert [cache.digest_of(files, digest) for _ in range(3)] == ["digest 1"] * 3


@pytest.mark.parametrize("change", ["content", "time", "order", "one less"])
def test_changed_files_are_read_again(cache, files, change):
    digest = _Digest()
    cache.digest_of(files, digest)
    if change == "content":
        files[0].write_bytes(b"longer than before")
        os.utime(files[0], ns=(YEAR_NS, YEAR_NS))
    elif change == "time":
        os.utime(files[0], ns=(YEAR_NS, YEAR_NS + 1))
    else:
        files = files[::-1] if change == "order" else files[:1]
    assert cache.digest_of(files, digest) == "digest 2"


def test_a_file_as_young_as_its_digest_is_not_trusted(cache, files):
    digest = _Digest()
    files[0].write_bytes(b"now")
    cache.digest_of(files, digest)
    cache.digest_of(files, digest)
    assert digest.made == 2


def test_a_missing_file_is_left_to_the_reader(cache, files):
    files[0].unlink()
    assert cache.digest_of(files, lambda: "complaint") == "complaint"


def test_the_user_can_name_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("METRICS_CACHE", str(tmp_path))
    assert default_folder() == tmp_path


def test_a_second_evaluation_opens_no_image(tmp_path, pictures):
    """The files are made unreadable behind the cache's back: same size, same time of change."""
    for role, seed in (("generated", 0), ("reference", 1)):
        (tmp_path / role).mkdir()
        for index, pixels in enumerate(pictures(seed, 12)):
            Image.fromarray(pixels).save(tmp_path / role / f"{index}.png")
    files = sorted(tmp_path.glob("*/*.png"))
    for file in files:
        os.utime(file, ns=(YEAR_NS, YEAR_NS))

    def values() -> list[float]:
        results = metrics.evaluate(
            generated=tmp_path / "generated",
            reference=tmp_path / "reference",
            metrics=["fid"],
            extractor="pixels@4",
            cache=tmp_path / "cache",
        )
        return [result.value for result in results]

    first = values()
    for file in files:
        file.write_bytes(bytes(file.stat().st_size))
        os.utime(file, ns=(YEAR_NS, YEAR_NS))
    assert values() == first
