from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import torch

from metrics import open_images
from metrics.cache import FeatureCache
from metrics.distributed import Workers
from metrics.errors import ImageReadError
from metrics.evidence.kinds import Images
from metrics.extractors import extraction
from metrics.extractors.extraction import Pass
from metrics.extractors.reading import reading_ahead
from metrics.images.protocols import get_protocol


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(extraction, "CHUNK_IMAGES", 10)
    monkeypatch.setattr(extraction, "BATCH_IMAGES", 4)


class CountedSource:
    """Counts the images that are read, and may refuse one."""

    def __init__(self, pixels: torch.Tensor, broken: int | None = None) -> None:
        self.pixels, self.broken, self.read_so_far = pixels, broken, 0

    def __len__(self) -> int:
        return len(self.pixels)

    def read(self, start: int, stop: int) -> list[torch.Tensor]:
        if self.broken is not None and start <= self.broken < stop:
            raise ImageReadError(f"image {self.broken} is broken")
        self.read_so_far += stop - start
        return list(self.pixels[start:stop])

    def name(self, index: int) -> str:
        return str(index)


@pytest.fixture
def source(pictures):
    return CountedSource(torch.from_numpy(pictures(0, 33)).permute(0, 3, 1, 2))


@pytest.fixture
def make_pass(source, small_extractor, tmp_path):
    def make(**changes) -> Pass:
        over = Pass(
            Images(source, "digest"), small_extractor, get_protocol("tf1"), FeatureCache(tmp_path / "cache")
        )
        return replace(over, **changes)

    return make


def _rows(over: Pass, name: str = "features") -> torch.Tensor:
    return torch.cat([chunk[name] for chunk in over.chunks(lambda _: None)])


def test_chunks_come_in_order_and_are_counted(make_pass, source, small_extractor):
    done: list[int] = []
    over = make_pass()
    rows = torch.cat([chunk["features"] for chunk in over.chunks(done.append)])
    assert sum(done) == 33
    expected = small_extractor.network(over.protocol.prepare(list(source.pixels), 8))["features"]
    assert torch.allclose(rows, expected, rtol=0, atol=1e-6)


def test_a_second_pass_reads_no_image(make_pass, source):
    first = _rows(make_pass())
    done: list[int] = []
    second = torch.cat([chunk["features"] for chunk in make_pass().chunks(done.append)])
    assert torch.equal(first, second)
    assert (source.read_so_far, sum(done)) == (33, 33)


def test_only_the_outputs_wanted_are_kept(make_pass, source):
    chunks = list(make_pass(outputs=frozenset({"probabilities"})).chunks(lambda _: None))
    assert all(chunk.keys() == {"probabilities"} for chunk in chunks)
    _rows(make_pass())  # the other output is missing, so the images are looked at again
    assert source.read_so_far == 66
    _rows(make_pass())
    assert source.read_so_far == 66


def test_a_damaged_chunk_is_made_again(make_pass, source, tmp_path):
    first = _rows(make_pass())
    (damaged,) = (tmp_path / "cache").rglob("features.000001.safetensors")
    damaged.write_bytes(b"nonsense")
    assert torch.equal(_rows(make_pass()), first)
    assert source.read_so_far == 33 + 10


def test_a_pass_cut_short_goes_on_where_it_was(make_pass, source):
    class CancelledError(Exception):
        pass

    def cancel(_images: int) -> None:
        if source.read_so_far > 20:
            raise CancelledError

    with pytest.raises(CancelledError):
        list(make_pass().chunks(cancel))
    kept = source.read_so_far
    _rows(make_pass())
    assert source.read_so_far <= kept + 33 - 10


def test_an_unreadable_image_ends_the_pass_with_its_name(make_pass, source):
    source.broken = 25
    with pytest.raises(ImageReadError, match="image 25 is broken"):
        _rows(make_pass())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading-ahead")]


def test_another_backend_or_precision_has_its_own_entry(make_pass, source, small_extractor):
    _rows(make_pass())
    _rows(make_pass(extractor=replace(small_extractor, backend="openvino")))
    _rows(make_pass(extractor=replace(small_extractor, dtype="tf32")))
    assert source.read_so_far == 99


def test_the_cache_keeps_its_limit(make_pass, tmp_path):
    _rows(make_pass())
    size = FeatureCache(tmp_path / "cache").size_bytes()
    bounded = FeatureCache(tmp_path / "cache", limit_bytes=size + 10)
    other = make_pass(cache=bounded, protocol=get_protocol("pytorch_fid"))
    _rows(other)
    (listed,) = bounded.entries()
    assert listed.identity["protocol"] == "pytorch_fid"


class Exchange:
    """Stands for the processes of one evaluation: what followers send, the leader finds here."""

    def __init__(self) -> None:
        self.sent: dict[int, list[dict[str, torch.Tensor]]] = {}

    def worker(self, rank: int, size: int) -> Workers:
        exchange = self

        class Recorded(Workers):
            def send(self, tensors):
                exchange.sent.setdefault(self.rank, []).append(tensors)

            def receive(self, rank, rows, like):
                chunk = exchange.sent[rank].pop(0)
                assert all(len(chunk[name]) == rows for name in like)
                return chunk

        return Recorded(rank, size)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_followers_do_their_share_and_the_leader_has_all_in_order(make_pass, source, size):
    alone = _rows(make_pass(cache=None))
    source.read_so_far = 0
    exchange = Exchange()
    shares = []
    for rank in range(1, size):
        make_pass(cache=None, workers=exchange.worker(rank, size)).contribute(shares.append)
    assert sum(shares) == source.read_so_far < 33
    done: list[int] = []
    leader = make_pass(cache=None, workers=exchange.worker(0, size))
    together = torch.cat([chunk["features"] for chunk in leader.chunks(done.append)])
    assert torch.allclose(together, alone, rtol=0, atol=1e-6)
    assert (sum(done), source.read_so_far) == (33, 33)


def test_reading_ahead_reads_no_further_than_asked(source):
    with reading_ahead(source, [(0, 4), (4, 8), (8, 12), (12, 16)], threads=1) as batches:
        first = next(batches)
        assert torch.equal(torch.stack(first), source.pixels[:4])
    assert source.read_so_far <= 12


def test_an_evaluation_of_arrays_is_a_pass_like_any_other(make_pass, pictures, source):
    images = open_images(pictures(0, 33))
    assert torch.equal(_rows(make_pass(images=images, cache=None)), _rows(make_pass(cache=None)))
