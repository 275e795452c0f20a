from __future__ import annotations

import hashlib
import resource
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from evalsite.samples.errors import DamagedFileError, MissingFileError, StoreError
from evalsite.samples.storage import Store


@contextmanager
def no_file_over(size_bytes: int):
    """The system refuses longer files, as a full disk would in the middle of writing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_under(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_bytes_are_found_under_their_digest(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"image")
    assert sha256 == hashlib.sha256(b"image").hexdigest()
    assert store.read(sha256) == b"image"
    assert store.path(sha256).read_bytes() == b"image"


def test_the_same_bytes_lie_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    place = store.path(store.put(b"image"))
    before = place.stat()
    store.put(b"image")
    assert files_under(tmp_path) == [place.name]
    assert place.stat().st_ino == before.st_ino


def test_what_is_not_here_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="import it again"):
        Store(tmp_path).read("0" * 64)


def test_what_was_altered_is_not_handed_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"image")
    for altered in (b"imagE", b"", b"image and more"):
        store.path(sha256).write_bytes(altered)
        with pytest.raises(DamagedFileError, match="import it again"):
            store.read(sha256)
        with pytest.raises(DamagedFileError, match=sha256):
            store.verified_path(sha256)


def test_keeping_the_same_bytes_again_repairs_what_was_altered(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one, other = store.put(b"one"), store.put(b"other")
    for sha256 in (one, other):
        store.path(sha256).write_bytes(b"altered")
    store.put(b"one")
    with store.batch() as batch:
        batch.put(b"other")
    assert (store.read(one), store.read(other)) == (b"one", b"other")
    assert store.verified_path(one) == store.path(one)
    assert files_under(tmp_path) == sorted([one, other])


def test_a_store_that_is_away_is_no_missing_file(tmp_path: Path) -> None:
    sha256 = Store(tmp_path / "disk").put(b"image")
    (tmp_path / "disk").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="mount the disk"):
        Store(tmp_path / "disk").read(sha256)


def test_a_file_that_can_t_be_opened_now_is_no_damaged_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"image")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(StoreError, match="try again"):
            store.read(sha256)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert store.read(sha256) == b"image"


def test_many_writers_of_the_same_files_leave_each_once_and_whole(tmp_path: Path) -> None:
    contents = [bytes([number]) * 5000 for number in range(20)] * 8
    with ThreadPoolExecutor(16) as pool:
        digests = list(pool.map(Store(tmp_path).put, contents))
    assert files_under(tmp_path) == sorted(set(digests))
    assert all(Store(tmp_path).read(sha256) == data for sha256, data in zip(digests, contents, strict=True))


def test_a_disk_that_takes_no_more_leaves_no_half_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with no_file_over(1000), pytest.raises(StoreError, match="make room there and try again"):
        store.put(b"x" * 5000)
    assert files_under(tmp_path) == []
    assert store.read(store.put(b"x" * 5000)) == b"x" * 5000


def test_what_can_not_be_written_says_only_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"a file in the folder's place")
    with pytest.raises(
        StoreError, match=r"^could not write to .*/store: (Not a directory|File exists); make"
    ):
        Store(tmp_path / "store").put(b"x")


def test_a_batch_can_be_read_when_it_has_ended(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.batch() as batch:
        digests = [batch.put(bytes([number])) for number in range(5)]
        assert batch.put(b"\0") == digests[0]
        with pytest.raises(MissingFileError):
            store.read(digests[0])
    assert files_under(tmp_path) == sorted(digests)


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def keep() -> None:
        with no_file_over(1000), store.batch() as batch:
            batch.put(b"small")
            batch.put(b"x" * 5000)

    with pytest.raises(StoreError):
        keep()
    assert files_under(tmp_path) == []


def test_batches_beside_each_other_may_hold_the_same_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.batch() as one, store.batch() as other:
        assert one.put(b"image") == other.put(b"image")
    assert files_under(tmp_path) == [hashlib.sha256(b"image").hexdigest()]
