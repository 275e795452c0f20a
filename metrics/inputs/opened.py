"""What was given for each role, opened: images to look at, or numbers that were made of some before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from metrics.evidence.kinds import Features, Images, Labels, Moments, Probabilities, Provenance
from metrics.extractors.registry import PROBABILITIES

EMBED = "embed"
"""The role that needs no input: the extractor itself."""

EvidenceKey = tuple[type[Any], str]
"""A kind of evidence, and the network's output that it is made of (empty if no network is involved)."""


@dataclass(frozen=True)
class OpenedInput:
    """What was given for one role.

    Attributes:
        images: a set of images, for a network to look at.
        rows: a network's outputs by name, computed before, each with a row for each image.
        evidence: evidence that is ready: labels, moments, a network, a contest.
        provenance: where `rows` and `evidence` come from; None for images, and where a file doesn't say.
        notes: sentences that a reader of any number made of it must know.
    """

    images: Images | None = None
    rows: Mapping[str, Tensor] = field(default_factory=dict)
    evidence: Mapping[EvidenceKey, Any] = field(default_factory=dict)
    provenance: Provenance | None = None
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> Labels | None:
        """The class of each image, where it is known."""
        labels: Labels | None = self.evidence.get((Labels, ""))
        return labels


class _NoImages:
    def __len__(self) -> int:
        return 0

    def read(self, start: int, stop: int) -> list[Tensor]:
        return []

    def name(self, index: int) -> str:
        return ""


@dataclass(frozen=True)
class OpenedInputs:
    """All that was given, by role.

    Attributes:
        by_role: what was given for each role.
    """

    by_role: Mapping[str, OpenedInput]

    def __getitem__(self, role: str) -> OpenedInput:
        # The extractor itself looks at no image that was given.
        return _NETWORK_ALONE if role == EMBED else self.by_role[role]

    def __iter__(self) -> Iterator[OpenedInput]:
        return iter(self.by_role.values())

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of all sets, each once."""
        labels = [given.labels for given in self if given.labels is not None]
        return tuple(dict.fromkeys(name for one in labels for name in one.names))

    @property
    def provenance(self) -> Provenance | None:
        """Where numbers given ready come from, by the first that says so."""
        return next((given.provenance for given in self if given.provenance is not None), None)

    @property
    def images(self) -> dict[str, Images]:
        """The sets of images, by role."""
        return {role: given.images for role, given in self.by_role.items() if given.images is not None}


def opened_images(images: Images) -> OpenedInput:
    """A set of images: a network makes features, moments and probabilities of it."""
    evidence: dict[EvidenceKey, Any] = {(Images, ""): images}
    if images.labels is not None:
        evidence[Labels, ""] = images.labels
    return OpenedInput(images=images, evidence=evidence, notes=images.notes)


def opened_rows(rows: Mapping[str, Tensor], provenance: Provenance, labels: Labels | None) -> OpenedInput:
    """A network's outputs for a set of images: they become all but images."""
    evidence = {(Labels, ""): labels} if labels is not None else {}
    return OpenedInput(rows=rows, evidence=evidence, provenance=provenance)


def opened_evidence(evidence: Features | Moments | Probabilities) -> OpenedInput:
    """Evidence that was made elsewhere."""
    origin = evidence.provenance
    if isinstance(evidence, Moments):
        return OpenedInput(evidence={(Moments, origin.output): evidence}, provenance=origin)
    output = origin.output if isinstance(evidence, Features) else PROBABILITIES
    return opened_rows({output: evidence.values}, origin, None)


_NETWORK_ALONE = OpenedInput(images=Images(_NoImages(), digest=""))
