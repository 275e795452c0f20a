"""Room on the disk: files of the store that no row names any more."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from evalsite.samples.models import Checkpoint, SampleImage
from evalsite.samples.storage import store


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be."""

    files: int
    size_bytes: int


def prune_store(*, before: datetime, keep: Set[str] = frozenset(), dry_run: bool = False) -> Pruned:
    """Remove the files that neither an image nor a checkpoint names and that nobody kept since a time.

    An import keeps its files first and names them in rows last. Both make a file young, so one that is under
    way loses nothing, however long ago another import brought the same file.

    Args:
        before: Files kept at this time or later stay.
        keep: Digests that something else still needs.
        dry_run: Count only.

    Raises:
        StoreError: the store can't be written.
    """
    kept, named = store(), {*keep, *_named()}
    files = size_bytes = 0
    for file in kept.old_files(before):
        if file.sha256 not in named and (dry_run or kept.remove(file, before)):
            files, size_bytes = files + 1, size_bytes + file.size_bytes
    return Pruned(files, size_bytes)


def _named() -> set[str]:
    found: set[str] = set()
    for model in (SampleImage, Checkpoint):
        found.update(model.objects.order_by().values_list("sha256", flat=True).distinct().iterator())
    return found
