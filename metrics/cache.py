"""Extracted features on disk, found again by what they were made from.

An entry is a folder named by a digest of everything that the numbers depend on; it holds numbered chunks of
rows of each output in the safetensors format, each written whole or not at all. A killed extraction goes on
at its first missing chunk, several processes may write the same entry, and what was not used for long makes
room.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from metrics.errors import CacheWriteError

FORMAT = 2
LIMIT_BYTES = 20 * 2**30
ABANDONED_S = 3600  # a file still unfinished after so long belongs to a process that was killed
SETTLED_NS = 2 * 10**9  # coarsest time stamp of a file system: a later change may not show in it
IDENTITY = "identity.json"
_PART = ".part"


def default_folder() -> Path:
    """Where features are kept if the user wants a cache and names no folder."""
    named = os.environ.get("METRICS_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "metrics"


@dataclass(frozen=True)
class CacheEntry:
    """The chunks of one extractor's outputs for one set of images."""

    folder: Path
    identity: Mapping[str, str | int]

    def has(self, chunk: int, outputs: Collection[str]) -> bool:
        """Whether all these outputs of a chunk seem to be there; only reading them tells for sure."""
        return all(self._path(output, chunk).exists() for output in outputs)

    def read(self, chunk: int, outputs: Collection[str]) -> dict[str, Tensor] | None:
        """These outputs of a chunk; None if one isn't there or is damaged."""
        found = {}
        for output in outputs:
            tensor = _read_tensor(self._path(output, chunk))
            if tensor is None:
                return None
            found[output] = tensor
        with contextlib.suppress(OSError):
            os.utime(self.folder)  # when it was used last
        return found

    def write(self, chunk: int, tensors: Mapping[str, Tensor]) -> None:
        """Store outputs of a chunk, except those that are there already.

        Raises:
            CacheWriteError: the disk is full or the folder can't be written.
        """
        if not (self.folder / IDENTITY).exists():
            write_whole(self.folder / IDENTITY, json.dumps(self.identity, sort_keys=True).encode())
        for output, tensor in tensors.items():
            path = self._path(output, chunk)
            if _read_tensor(path) is None:
                data = safetensors.torch.save({"rows": tensor}, metadata={"sha256": _digest(tensor)})
                write_whole(path, data)

    def _path(self, output: str, chunk: int) -> Path:
        return self.folder / f"{output}.{chunk:06}.safetensors"


@dataclass(frozen=True)
class CachedPass:
    """What an entry holds.

    Attributes:
        folder: where it lies.
        identity: what its numbers depend on: extractor, weights_digest, protocol, images_digest, count, …
        size_bytes: how much room it takes.
        used: when it was written or read last, in seconds since 1970.
    """

    folder: Path
    identity: Mapping[str, Any]
    size_bytes: int
    used: float


@dataclass(frozen=True)
class FeatureCache:
    """A folder of entries.

    Attributes:
        root: the folder.
        limit_bytes: how much room the entries may take; the ones not used for longest go first.
    """

    root: Path
    limit_bytes: int = LIMIT_BYTES

    def entry(self, identity: Mapping[str, str | int]) -> CacheEntry:
        """The entry of numbers that depend on nothing but `identity`."""
        text = json.dumps({"format": FORMAT, **identity}, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()
        return CacheEntry(self._passes / key[:2] / key, identity)

    def entries(self) -> list[CachedPass]:
        """All entries, the one not used for longest first."""
        found = [listed for folder in self._passes.glob("??/*") if (listed := _listed(folder)) is not None]
        return sorted(found, key=lambda listed: (listed.used, listed.folder))

    def size_bytes(self) -> int:
        """Room that all entries take."""
        return sum(listed.size_bytes for listed in self.entries())

    def trim(self, *, now: float) -> int:
        """Remove what killed processes left, and the entries not used for longest until the limit is kept.

        Args:
            now: seconds since 1970.

        Returns:
            Bytes freed from entries.
        """
        for part in self.root.rglob(f"*{_PART}"):
            with contextlib.suppress(OSError):
                if now - part.stat().st_mtime > ABANDONED_S:
                    part.unlink()
        entries = self.entries()
        excess = sum(listed.size_bytes for listed in entries) - self.limit_bytes
        freed = 0
        for listed in entries:
            if freed >= excess:
                break
            shutil.rmtree(listed.folder, ignore_errors=True)
            freed += listed.size_bytes
        return freed

    def clear(self) -> int:
        """Remove all entries, and what is remembered of files.

        Returns:
            Bytes freed.
        """
        freed = self.size_bytes()
        for folder in (self._passes, self._manifests):
            shutil.rmtree(folder, ignore_errors=True)
        return freed

    def digest_of(self, paths: Sequence[Path], compute: Callable[[], str]) -> str:
        """The digest of these files' content, computed only if one of them changed since the last time.

        A file counts as unchanged while its path, size and time of change are the same, unless that time is
        so near to when the digest was made that a later change could hide behind it.

        Args:
            paths: the files, in order.
            compute: reads them all and returns their digest.

        Raises:
            CacheWriteError: the digest can't be remembered.
        """
        try:
            stats = [path.stat() for path in paths]
        except OSError:
            return compute()  # which knows how to complain
        lines = [
            f"{path.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}"
            for path, stat in zip(paths, stats, strict=True)
        ]
        key = hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()
        kept = self._manifests / key
        newest = max(stat.st_mtime_ns for stat in stats)
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime_ns > newest + SETTLED_NS:
                return kept.read_text()
        digest = compute()
        write_whole(kept, digest.encode())
        return digest

    @property
    def _passes(self) -> Path:
        return self.root / "passes"

    @property
    def _manifests(self) -> Path:
        return self.root / "manifests"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all, whoever else writes it and whenever the process dies.

    Raises:
        CacheWriteError: the disk is full or the folder can't be written.
    """
    try:
        try:
            _write_beside(path, data)
        except FileNotFoundError:  # another process made room in the meantime, and removed the folder
            _write_beside(path, data)
    except OSError as error:
        raise CacheWriteError(
            f"{path.parent} can't be written to ({error.strerror}); "
            "make room, choose another folder for the cache, or evaluate without one."
        ) from error


def _write_beside(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read_tensor(path: Path) -> Tensor | None:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensor: Tensor = file.get_tensor("rows")
            digest = (file.metadata() or {}).get("sha256")
    except (OSError, safetensors.SafetensorError):
        return None
    return tensor if digest == _digest(tensor) else None


def _listed(folder: Path) -> CachedPass | None:
    """What is in an entry's folder; None if another process has just removed it."""
    try:
        used = folder.stat().st_mtime
        identity = json.loads((folder / IDENTITY).read_text()) if (folder / IDENTITY).exists() else {}
        size = sum(path.stat().st_size for path in folder.iterdir())
    except (OSError, ValueError):
        return None
    return CachedPass(folder, identity, size, used)


def _digest(tensor: Tensor) -> str:
    header = f"{tensor.dtype} {tuple(tensor.shape)}".encode()
    return hashlib.sha256(header + tensor.contiguous().numpy().tobytes()).hexdigest()
