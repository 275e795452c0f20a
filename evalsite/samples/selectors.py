"""What other rooms read of a sample set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.db.models import Count

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


def describe_images(sample_set: SampleSet, field: str, most: int = 20) -> str:
    """The commonest values of a text field of the set's images with their counts, as ``cat 100, dog 80``.

    Args:
        sample_set: The set.
        field: ``label`` or ``conversion``; images where it is empty are passed over.
        most: How many values are named.
    """
    images = sample_set.images.exclude(**{field: ""}).order_by()
    counted = list(images.values(field).annotate(n=Count("pk")).order_by("-n", field).values_list(field, "n"))
    named = ", ".join(f"{value} ({count})" for value, count in counted[:most])
    return f"{named} and {len(counted) - most} more" if len(counted) > most else named
