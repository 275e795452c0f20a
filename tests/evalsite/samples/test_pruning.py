from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evalsite.samples.errors import MissingFileError
from evalsite.samples.models import Checkpoint
from evalsite.samples.pruning import prune_store
from evalsite.samples.services import import_sample_set
from evalsite.samples.storage import Store, store

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(days=9)).timestamp()
YESTERDAY = NOW - timedelta(days=1)


def put_long_ago(data: bytes) -> str:
    sha256 = store().put(data)
    os.utime(store().path(sha256), (LONG_AGO, LONG_AGO))
    return sha256


def is_kept(sha256: str) -> bool:
    return (store().root / sha256[:2] / sha256).exists()


@pytest.mark.django_db
def test_what_nothing_names_goes_and_everything_else_stays(
    folder: Callable[..., Path], encoded: Callable[..., bytes]
) -> None:
    made = import_sample_set(
        name="a", kind="reference", source=folder({"a.png": encoded(1), "b.png": encoded(2)}), now=NOW
    ).sample_set
    images = [image.sha256 for image in made.images.all()]
    for sha256 in images:
        os.utime(store().path(sha256), (LONG_AGO, LONG_AGO))
    weights, needed, left = (put_long_ago(data) for data in (b"weights", b"needed", b"left"))
    young = store().put(b"young")
    Checkpoint.objects.create(name="w", sha256=weights, size_bytes=7, model="gan", created_at=NOW)

    tried = prune_store(before=YESTERDAY, keep={needed}, dry_run=True)
    assert is_kept(left)
    assert prune_store(before=YESTERDAY, keep={needed}) == tried
    assert (tried.files, tried.size_bytes) == (1, 4)
    assert not is_kept(left)
    assert all(map(is_kept, [*images, weights, needed, young]))

    made.delete()
    assert prune_store(before=YESTERDAY, keep={needed}).files == 2
    assert not any(map(is_kept, images))


@pytest.mark.django_db
def test_halves_of_killed_imports_go(data_folder: Path) -> None:
    store().put(b"x")
    half = data_folder / "media" / "ab" / ".half-1"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    assert prune_store(before=YESTERDAY).files == 0
    os.utime(half, (LONG_AGO, LONG_AGO))
    assert prune_store(before=YESTERDAY).files == 1
    assert not half.exists()


@pytest.mark.django_db
def test_a_folder_that_somebody_put_there_is_in_nobodys_way(data_folder: Path) -> None:
    folder = data_folder / "media" / "zz" / "theirs"
    folder.mkdir(parents=True)
    os.utime(folder, (LONG_AGO, LONG_AGO))
    assert prune_store(before=YESTERDAY).files == 0
    assert folder.exists()


@pytest.mark.django_db
def test_a_store_that_is_not_there_yet_has_nothing_to_remove() -> None:
    assert prune_store(before=YESTERDAY).files == 0


def test_a_file_that_is_kept_again_or_renewed_is_young(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    sha256 = kept.put(b"x")
    for again in (lambda: kept.put(b"x"), lambda: kept.renew([sha256]), lambda: _batch(kept, b"x")):
        os.utime(kept.path(sha256), (LONG_AGO, LONG_AGO))
        (file,) = kept.old_files(YESTERDAY)
        again()
        assert not kept.remove(file, YESTERDAY)
        assert kept.read(sha256) == b"x"


def test_renewing_what_was_removed_meanwhile_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="import it again"):
        Store(tmp_path).renew(["ab" * 32])


@pytest.mark.django_db
def test_an_import_whose_file_vanishes_under_it_makes_no_set(
    folder: Callable[..., Path], encoded: Callable[..., bytes]
) -> None:
    from evalsite.samples.models import SampleSet

    def vanish(_done: int, _total: int) -> None:
        for file in store().root.glob("??/[!.]*"):
            file.unlink()

    source = folder({"a.png": encoded(1)})
    store().put(encoded(1))
    with pytest.raises(MissingFileError):
        import_sample_set(name="a", kind="reference", source=source, now=NOW, progress=vanish)
    assert not SampleSet.objects.exists()


def test_of_many_that_keep_and_remove_at_once_none_loses_what_it_was_told_is_kept(tmp_path: Path) -> None:
    kept, lost, stop = Store(tmp_path), [], threading.Event()

    def remove() -> None:
        while not stop.is_set():
            for file in kept.old_files(YESTERDAY):
                kept.remove(file, YESTERDAY)

    remover = threading.Thread(target=remove)
    remover.start()
    for number in range(300):
        sha256 = kept.put(b"%d" % (number % 3))
        try:
            kept.read(sha256)
        except MissingFileError:
            lost.append(number)
        with suppress(FileNotFoundError):
            os.utime(kept.path(sha256), (LONG_AGO, LONG_AGO))
    stop.set()
    remover.join()
    assert lost == []


def _batch(kept: Store, data: bytes) -> None:
    with kept.batch() as batch:
        batch.put(data)
