"""What other rooms read of a sample set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count, F, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from evalsite.samples.candidates import LABEL
from evalsite.samples.errors import FaultyFileError, MissingFileError
from evalsite.samples.models import SampleImage, SampleSet
from evalsite.samples.storage import store


@dataclass(frozen=True)
class StoredImage:
    """An image of a sample set, as its row names it; whether its file is whole shows when it is read.

    Attributes:
        sample_set: Name of the set.
        position: Its place in the set, from 0.
        sha256: Digest of its file.
    """

    sample_set: str
    position: int
    sha256: str

    @property
    def name(self) -> str:
        """Which image it is."""
        return f"Position {self.position} of sample set {self.sample_set!r}"

    def read(self) -> bytes:
        """Its bytes, verified.

        Raises:
            FaultyFileError: its file is missing or damaged; the sentence names the image.
            StoreError: the store can't be read now.
        """
        with self._naming():
            return store().read(self.sha256)

    def verified_path(self) -> Path:
        """Where its file lies, verified; errors as of `read`."""
        with self._naming():
            return store().verified_path(self.sha256)

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Say of a faulty file which image it is of."""
        try:
            yield
        except FaultyFileError as error:
            raise type(error)(
                f"{self.name}: the stored file is {error.fault} (SHA-256 {self.sha256}). Import or sample "
                "the same images again, under any name; 'manage.py check_store' lists all faulty files."
            ) from error


def stored_image(sample_set: int, position: int) -> StoredImage:
    """One image by its set's key and its place. Raises ``MissingFileError`` if no row names it any more."""
    images = SampleImage.objects.filter(sample_set=sample_set, position=position)
    row = images.values_list("sample_set__name", "position", "sha256").first()
    if row is None:
        raise MissingFileError(
            f"Sample set {sample_set} has no image at position {position} any more; import it again."
        )
    return StoredImage(*row)


def image_paths(sample_set: SampleSet, most: int | None = None) -> list[Path]:
    """Where the set's files lie, in the order of the set, each verified.

    Args:
        sample_set: The set.
        most: How many images are wanted, from the first on; all if None.

    Raises:
        FaultyFileError: a file is missing or damaged; the sentence names its image.
        StoreError: the store can't be read now.
    """
    rows = sample_set.images.order_by("position").values_list("position", "sha256")[:most]
    images = (StoredImage(sample_set.name, position, sha256) for position, sha256 in rows)
    return [image.verified_path() for image in images]


def image_labels(sample_set: SampleSet) -> list[str]:
    """The images' class labels, in the order of the set."""
    return list(sample_set.images.order_by("position").values_list("label", flat=True))


def image_facts(sample_set: int, names: Iterable[str]) -> dict[str, list[str]]:
    """The images' facts of these names, each as a column in the order of the set; empty where one has none.

    Args:
        sample_set: The set's key.
        names: Which facts; ``label`` is one of them.
    """
    columns: dict[str, list[str]] = {name: [] for name in names}
    rows = SampleImage.objects.filter(sample_set=sample_set).order_by("position")
    for label, facts in rows.values_list("label", "facts").iterator():
        for name, column in columns.items():
            column.append(label if name == LABEL else facts.get(name, ""))
    return columns


def facts_of_sets(sample_sets: Iterable[int]) -> list[str]:
    """The names of facts that images of any of these sets have, in the order of the sets' keys."""
    rows = (
        SampleSet.objects.filter(pk__in=list(sample_sets))
        .order_by("pk")
        .values_list("fact_columns", flat=True)
    )
    return list(dict.fromkeys(name for columns in rows for name in columns))


@dataclass(frozen=True)
class FactColumn:
    """A fact of a set's images as a whole.

    Attributes:
        name: Its name.
        distinct: How many different values it has, the empty one left out.
        examples: The commonest of them.
        missing: How many images have none.
    """

    name: str
    distinct: int
    examples: tuple[str, ...]
    missing: int


def describe_facts(sample_set: SampleSet, examples: int = 3) -> list[FactColumn]:
    """The facts of a set's images, counted in the database."""
    return [_fact_column(sample_set, name, examples) for name in sample_set.fact_columns]


def _fact_column(sample_set: SampleSet, name: str, examples: int) -> FactColumn:
    value = F(LABEL) if name == LABEL else Cast(KeyTextTransform(name, "facts"), TextField())
    images = sample_set.images.order_by().annotate(value=value)
    known = images.exclude(value="").exclude(value=None)
    counted = known.values("value").annotate(n=Count("pk")).order_by("-n", "value")
    counts = known.aggregate(distinct=Count("value", distinct=True), images=Count("pk"))
    commonest = tuple(counted.values_list("value", flat=True)[:examples])
    return FactColumn(name, counts["distinct"], commonest, sample_set.count - counts["images"])


def image_digests(sample_set: SampleSet) -> dict[int, str]:
    """SHA-256 by position."""
    return dict(SampleImage.objects.filter(sample_set=sample_set).values_list("position", "sha256"))


def manifest_digest(images: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over one line ``{sha256} {known}`` for each of a set's images, in order.

    Args:
        images: Pairs of digest and what is known of the image: its label, with a tab and JSON of other facts.
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
