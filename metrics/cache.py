"""Extracted features on disk, found again by what they were made from.

An entry is a folder named by a digest of everything that the numbers depend on; it holds numbered chunks of
rows in the safetensors format, each written whole or not at all. A killed extraction goes on at its first
missing chunk, and several processes may write the same entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from metrics.errors import CacheWriteError

FORMAT = 1


@dataclass(frozen=True)
class CacheEntry:
    """The chunks of one pass of an extractor over one set of images."""

    folder: Path

    def read(self, chunk: int) -> dict[str, Tensor] | None:
        """Tensors of a chunk; None if it isn't there or is damaged."""
        try:
            with safetensors.safe_open(self._path(chunk), framework="pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
                digest = (file.metadata() or {}).get("sha256")
        except (OSError, safetensors.SafetensorError):
            return None
        return tensors if digest == _digest(tensors) else None

    def write(self, chunk: int, tensors: Mapping[str, Tensor]) -> None:
        """Store a chunk.

        Raises:
            CacheWriteError: the disk is full or the folder can't be written.
        """
        data = safetensors.torch.save(dict(tensors), metadata={"sha256": _digest(tensors)})
        temporary: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            temporary = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            temporary.replace(self._path(chunk))
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise CacheWriteError(
                f"Features can't be cached in {self.folder} ({error.strerror}); "
                "make room, or evaluate without a cache."
            ) from error

    def _path(self, chunk: int) -> Path:
        return self.folder / f"{chunk:06}.safetensors"


@dataclass(frozen=True)
class FeatureCache:
    """A folder of entries."""

    root: Path

    def entry(self, identity: Mapping[str, str | int]) -> CacheEntry:
        """The entry of numbers that depend on nothing but `identity`."""
        text = json.dumps({"format": FORMAT, **identity}, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()
        return CacheEntry(self.root / key[:2] / key)


def _digest(tensors: Mapping[str, Tensor]) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(f"{name} {tuple(tensors[name].shape)}".encode())
        total.update(tensors[name].contiguous().numpy().tobytes())
    return total.hexdigest()
