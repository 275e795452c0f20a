"""What other rooms read of a sample set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from evalsite.samples.models import SampleImage, SampleSet
from evalsite.samples.storage import store


def image_paths(sample_set: SampleSet) -> list[Path]:
    """Where the set's files lie, in the order of the set."""
    kept = store()
    return [
        kept.path(sha256)
        for sha256 in sample_set.images.order_by("position").values_list("sha256", flat=True)
    ]


def image_labels(sample_set: SampleSet) -> list[str]:
    """The images' class labels, in the order of the set."""
    return list(sample_set.images.order_by("position").values_list("label", flat=True))


def image_digests(sample_set: SampleSet) -> dict[int, str]:
    """SHA-256 by position."""
    return dict(SampleImage.objects.filter(sample_set=sample_set).values_list("position", "sha256"))


def manifest_digest(images: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over one line ``{sha256} {label}`` for each of a set's images, in order.

    Args:
        images: Pairs of digest and label.
    """
    digest = hashlib.sha256()
    for sha256, label in images:
        digest.update(f"{sha256} {label}\n".encode())
    return digest.hexdigest()
