"""Content-addressed storage: a file lies once, under its SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from evalsite.samples.errors import MissingFileError, StoreError

_FILES_PER_SYNC = 2000


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
        if not place.exists():
            with _explained(self.root):
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

    def path(self, sha256: str) -> Path:
        """Where the file of that digest lies. Raises ``MissingFileError`` if it doesn't."""
        place = self._place(sha256)
        if not place.is_file():
            raise MissingFileError(f"no file of digest {sha256!r} in {self.root}; import it again")
        return place

    def read(self, sha256: str) -> bytes:
        """The bytes of that digest. Raises ``MissingFileError`` if they are not here."""
        return self.path(sha256).read_bytes()

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256


@dataclass
class Batch:
    """Files on their way into a store, under other names until the disk has them."""

    store: Store
    _halves: dict[str, Path] = field(default_factory=dict)

    def put(self, data: bytes) -> str:
        """Keep the bytes, at most once; they can be read when the batch has ended. Raises ``StoreError``."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.store._place(sha256)
        if sha256 not in self._halves and not place.exists():
            with _explained(self.store.root):
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


def store() -> Store:
    """The site's store, inside EVALSITE_DATA."""
    return Store(Path(settings.EVALSITE_DATA) / "media")


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            error.errno, f"could not write to {root}: {reason}; make room there and try again"
        ) from error


def _write_half(folder: Path, data: bytes, *, durable: bool) -> Path:
    """Write under a name that nobody looks for, so that a reader sees all of a file or none of it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".half-")
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
