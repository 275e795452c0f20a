"""Evidence: what a metric is computed from, frozen and with its provenance.

`EVIDENCE_KINDS` lists the kinds; a metric's positional parameters are annotated with them (see
`metrics.registry.metric`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from metrics.errors import EvidenceMismatchError, InvalidEvidenceError
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.evidence.provenance import Provenance

__all__ = [
    "EVIDENCE_KINDS",
    "Contest",
    "DiscriminatorLike",
    "Embedder",
    "Evidence",
    "Features",
    "GeneratorLike",
    "ImageSource",
    "Images",
    "Labels",
    "Moments",
    "Probabilities",
    "Provenance",
    "require_alike",
]


@runtime_checkable
class ImageSource(Protocol):
    """Where images come from: random access, so that a pass can be resumed in its middle."""

    def __len__(self) -> int:
        """Number of images."""

    def read(self, start: int, stop: int) -> list[UInt8[Tensor, "3 _h _w"]]:
        """Images `start` to `stop` (exclusive) as RGB, each of its own size."""

    def name(self, index: int) -> str:
        """What an image is called: its file, or where it is in the set."""


@dataclass(frozen=True, eq=False)
class Labels:
    """The class of each image.

    Attributes:
        values: (n,) indices into `names`.
        names: what the classes are called; sets are compared class by class under these names.
    """

    values: Int64[Tensor, " n"]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.values) and not 0 <= int(self.values.min()) <= int(self.values.max()) < len(self.names):
            raise InvalidEvidenceError(
                f"The labels go from {int(self.values.min())} to {int(self.values.max())}, but there are "
                f"{len(self.names)} classes; number the classes from 0."
            )

    @property
    def count(self) -> int:
        """Number of images n."""
        return len(self.values)

    def renamed(self, names: tuple[str, ...]) -> Labels:
        """The same classes as indices into a longer or reordered list of names."""
        places = torch.tensor([names.index(name) for name in self.names], dtype=torch.int64)
        return Labels(places[self.values], names)


@dataclass(frozen=True, eq=False)
class Images:
    """A set of images, read when needed.

    Attributes:
        source: where the pixels come from.
        digest: what identifies the set's content; equal digests may share cached features.
        labels: the class of each image, where the set knows them.
        notes: sentences that a reader of numbers about the set must know.
    """

    source: ImageSource
    digest: str
    labels: Labels | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels is not None and self.labels.count != self.count:
            raise InvalidEvidenceError(
                f"{self.labels.count} labels can't belong to {self.count} images; give one label for each."
            )

    @property
    def count(self) -> int:
        """Number of images."""
        return len(self.source)


def _require_finite_rows(values: Tensor, kind: str) -> None:
    if values.ndim != 2 or not values.is_floating_point():
        raise InvalidEvidenceError(
            f"{kind} must be a floating-point matrix with a row for each image, but the shape is "
            f"{tuple(values.shape)} and the dtype {values.dtype}; reshape to (images, dimensions)."
        )
    if not bool(torch.isfinite(values).all()):
        bad = int((~torch.isfinite(values)).any(dim=1).sum())
        raise InvalidEvidenceError(
            f"{bad} of {len(values)} rows of {kind} hold NaN or infinity; "
            "check the images and the extractor that made them."
        )


@dataclass(frozen=True, eq=False)
class Features:
    """One vector for each image: `values` is (n, d)."""

    values: Float[Tensor, "n d"]
    provenance: Provenance

    def __post_init__(self) -> None:
        _require_finite_rows(self.values, "features")

    @property
    def count(self) -> int:
        """Number of images n."""
        return len(self.values)

    @property
    def dimensions(self) -> int:
        """Length d of each feature vector."""
        return self.values.shape[1]


@dataclass(frozen=True, eq=False)
class Probabilities:
    """Class probabilities for each image: `values` is (n, k), rows sum to 1."""

    values: Float[Tensor, "n k"]
    provenance: Provenance

    def __post_init__(self) -> None:
        _require_finite_rows(self.values, "probabilities")
        sums = self.values.double().sum(dim=1)
        if bool((self.values < 0).any()) or bool(((sums - 1).abs() > 1e-3).any()):
            raise InvalidEvidenceError(
                "Probabilities must be non-negative with rows that sum to 1, but these do not; "
                "apply a softmax to logits first."
            )

    @property
    def count(self) -> int:
        """Number of images n."""
        return len(self.values)

    @property
    def dimensions(self) -> int:
        """Number of classes k."""
        return self.values.shape[1]


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and covariance of a set of features, in float64.

    With no more rows than dimensions the centred rows are kept instead of the covariance: they are
    smaller, and exact where the covariance is rank-deficient. `covariance` is then made on demand.

    Attributes:
        mean: (d,), float64.
        count: number of rows n that went in.
        rows: centred rows (n, d) if n <= d, else None.
        scatter: sum of outer products of centred rows (d, d) if n > d, else None.
        witnesses: some of the rows (w, d), evenly spread, that say how much a number made of the moments
            depends on each image; None where the features themselves are unknown.
    """

    mean: Float[Tensor, " d"]
    count: int
    provenance: Provenance
    rows: Float[Tensor, "n d"] | None = field(default=None, repr=False)
    scatter: Float[Tensor, "d d"] | None = field(default=None, repr=False)
    witnesses: Float[Tensor, "w d"] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.rows is None) == (self.scatter is None):
            raise InvalidEvidenceError(
                "Moments hold either centred rows or a scatter matrix; give exactly one."
            )
        if not bool(torch.isfinite(self.mean).all()):
            raise InvalidEvidenceError(
                "The features behind these moments hold NaN or infinity; check the images and the extractor."
            )

    @property
    def dimensions(self) -> int:
        """Length d of the feature vectors."""
        return len(self.mean)

    @cached_property
    def covariance(self) -> Float[Tensor, "d d"]:
        """Unbiased covariance (divided by n - 1)."""
        # One of the two is there: __post_init__ saw to it.
        scatter = self.rows.T @ self.rows if self.rows is not None else cast(Tensor, self.scatter)
        return scatter / (self.count - 1)

    @property
    def trace(self) -> float:
        """Trace of the unbiased covariance: the total variance."""
        if self.rows is not None:
            return float(self.rows.square().sum()) / (self.count - 1)
        return float(self.covariance.diagonal().sum())


@runtime_checkable
class Embedder(Protocol):
    """An extractor with its preprocessing, for metrics that make images themselves; differentiable."""

    @property
    def provenance(self) -> Provenance:
        """Network and preprocessing; the count is 0."""
        ...

    def __call__(self, pixels: Tensor, /) -> Float[Tensor, "n d"]:
        """Features of RGB or grey pixels (n, c, h, w) with values from 0 to 255, uint8 or floating."""
        ...


EXTRACTED = (Features, Moments, Probabilities)
"""The kinds that are made of a network's outputs for each image."""
Extracted = Features | Moments | Probabilities
Evidence = Images | Labels | Extracted | Embedder | GeneratorLike | DiscriminatorLike | Contest
EVIDENCE_KINDS: tuple[type[Any], ...] = (
    Images,
    Labels,
    Features,
    Moments,
    Probabilities,
    Embedder,
    GeneratorLike,
    DiscriminatorLike,
    Contest,
)


def require_alike(evidence: Sequence[object]) -> None:
    """Check that evidence about to be compared comes from the same network, preprocessing and classes.

    Raises:
        EvidenceMismatchError: extractor, weights, protocol, dtype, dimensions or the classes' names differ.
    """
    for one, other in itertools.combinations(evidence, 2):
        if isinstance(one, Labels) and isinstance(other, Labels) and one.names != other.names:
            raise EvidenceMismatchError(
                f"Labels of {len(one.names)} and of {len(other.names)} classes with other names can't be "
                "compared; give both sets labels of the same classes."
            )
        if isinstance(one, Extracted) and isinstance(other, Extracted):
            _require_alike(one, other)


def _require_alike(one: Extracted, other: Extracted) -> None:
    differing = one.provenance.differences(other.provenance)
    if type(one) is type(other):
        if one.provenance.output != other.provenance.output:
            differing.append("output")
        elif one.dimensions != other.dimensions:
            raise EvidenceMismatchError(
                f"Evidence of {one.dimensions} and of {other.dimensions} dimensions can't be compared; "
                "extract both sets with the same extractor."
            )
    if differing:
        pairs = ", ".join(
            f"{name} {getattr(one.provenance, name)!r} and {getattr(other.provenance, name)!r}"
            for name in differing
        )
        raise EvidenceMismatchError(
            f"Evidence of unlike origin can't be compared: {pairs}; "
            "extract both sets with the same extractor, weights and protocol."
        )
