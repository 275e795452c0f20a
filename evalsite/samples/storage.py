"""Content-addressed storage: a file lies once, under its SHA-256.

A file that is kept again, or is about to be named by a row, becomes young; only files that have not been
young for a while are ever removed, and one look and one removal are a single step under the store's lock.
A file that is read is verified first. Keeping the same bytes again repairs one that was altered.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from evalsite.samples.errors import DamagedFileError, MissingFileError, StoreError

_FILES_PER_SYNC = 2000
_HALF = ".half-"
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True)
class Store:
    """Files under ``root``, named by digest; what is in it never changes.

    Args:
        root: Folder of the store; made on the first write.
    """

    root: Path

    def put(self, data: bytes) -> str:
        """Keep the bytes, durably and at most once.

        Returns:
            Their SHA-256, 64 hexadecimal digits.

        Raises:
            StoreError: the disk is full or not writable; no half file is left behind.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        place = self._place(sha256)
        with _explained(self.root):
            if not self._keeps(place):
                half = _write_half(place.parent, data, durable=True)
                half.replace(place)
                _sync_folder(place.parent)
        return sha256

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Keep many files with few waits for the disk; all are durable when the block has ended."""
        batch = Batch(self)
        try:
            yield batch
            batch.land()
        finally:
            batch.drop()

    def renew(self, digests: Iterable[str]) -> None:
        """Make these files young, so that none of them is removed before rows name them.

        Raises:
            MissingFileError: one of them is not here, or not any more.
        """
        for sha256 in digests:
            if not self._renew(self._place(sha256)):
                raise MissingFileError(_missing(sha256, self.root))

    def old_files(self, before: datetime) -> Iterator[StoredFile]:
        """Files that were last kept before a time, and halves that a killed process left behind."""
        for place in sorted(self.root.glob("??/*")):
            with suppress(FileNotFoundError):  # a half that has landed since it was listed
                facts = place.stat()
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime < before.timestamp():
                    half = place.name.startswith(_HALF)
                    yield StoredFile(place, "" if half else place.name, facts.st_size)

    def remove(self, file: StoredFile, before: datetime) -> bool:
        """Remove a file unless it has become young meanwhile; returns whether it was removed here."""
        with _explained(self.root), self._lock(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if file.place.stat().st_mtime < before.timestamp():
                file.place.unlink()
                return True
        return False

    def path(self, sha256: str) -> Path:
        """Where the file of that digest lies; its content is not verified.

        Raises:
            MissingFileError: it is not here.
            StoreError: the whole store is not here, as when its disk is not mounted.
        """
        place = self._place(sha256)
        if place.is_file():
            return place
        if not self.root.is_dir():
            raise StoreError(errno.ENOENT, f"{self.root} is not there; mount the disk that holds the store")
        raise MissingFileError(_missing(sha256, self.root))

    def read(self, sha256: str) -> bytes:
        """The bytes of that digest, verified.

        Raises:
            MissingFileError: they are not here.
            DamagedFileError: the file holds others, or its part of the disk can't be read any more.
            StoreError: the store can't be read now; another try may help.
        """
        place = self.path(sha256)
        with _reading(place):
            data = place.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedFileError(_damaged(place))
        return data

    def verified_path(self, sha256: str) -> Path:
        """Where the file of that digest lies, verified; errors as of `read`. Files may be of any size."""
        place = self.path(sha256)
        with _reading(place):
            whole = _is_whole(place)
        if not whole:
            raise DamagedFileError(_damaged(place))
        return place

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def _keeps(self, place: Path) -> bool:
        """Make a file young; whether it is there and holds what its name says."""
        try:
            return self._renew(place) and _is_whole(place)
        except (
            OSError
        ):  # it can't be read, so it is written again, which says what is wrong if that fails, too
            return False

    def _renew(self, place: Path) -> bool:
        """Make a file young; whether it is there."""
        if not place.exists():
            return False
        with self._lock(fcntl.LOCK_SH):
            try:
                os.utime(place)
            except FileNotFoundError:
                return False
        return True

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        folder = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(folder, kind)
            yield
        finally:
            os.close(folder)


@dataclass(frozen=True)
class StoredFile:
    """A file of the store: its digest, empty for a half, and its size."""

    place: Path
    sha256: str
    size_bytes: int


@dataclass
class Batch:
    """Files on their way into a store, under other names until the disk has them."""

    store: Store
    _halves: dict[str, Path] = field(default_factory=dict)

    def put(self, data: bytes) -> str:
        """Keep the bytes, at most once; they can be read when the batch has ended. Raises ``StoreError``."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.store._place(sha256)
        with _explained(self.store.root):
            if sha256 not in self._halves and not self.store._keeps(place):
                self._halves[sha256] = _write_half(place.parent, data, durable=False)
        if len(self._halves) >= _FILES_PER_SYNC:
            self.land()
        return sha256

    def land(self) -> None:
        """Wait for the disk, then give the files their names, then wait for the names."""
        if not self._halves:
            return
        with _explained(self.store.root):
            os.sync()
            for sha256, half in list(self._halves.items()):
                half.replace(self.store._place(sha256))
                del self._halves[sha256]
            os.sync()

    def drop(self) -> None:
        """Remove what has not landed."""
        for half in self._halves.values():
            half.unlink(missing_ok=True)
        self._halves.clear()


def _missing(sha256: str, root: Path) -> str:
    return f"no file of digest {sha256!r} in {root}; import it again"


def _damaged(place: Path) -> str:
    return f"the content of {place} is not that of its digest any more; import it again"


def _is_whole(place: Path) -> bool:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == place.name


def store() -> Store:
    """The site's store, inside EVALSITE_DATA."""
    return Store(Path(settings.EVALSITE_DATA) / "media")


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        move = "let this user write there" if error.errno in _FORBIDDEN else "make room there"
        raise StoreError(error.errno, f"could not write to {root}: {reason}; {move} and try again") from error


@contextmanager
def _reading(place: Path) -> Iterator[None]:
    """Tell a bad part of the disk, which stays bad, from what may pass, such as too many open files."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.EIO:
            raise DamagedFileError(f"{place} can't be read ({reason}); import it again") from error
        move = "let this user read it and try again" if error.errno in _FORBIDDEN else "try again"
        raise StoreError(error.errno, f"could not read {place}: {reason}; {move}") from error


def _write_half(folder: Path, data: bytes, *, durable: bool) -> Path:
    """Write under a name that nobody looks for, so that a reader sees all of a file or none of it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=_HALF)
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            half.unlink()
        raise
    return half


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
