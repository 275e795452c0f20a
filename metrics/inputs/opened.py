"""What was given for each role, opened: images to look at, or numbers that were made of some before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from metrics.evidence.gathering import EXTRACTED, Want
from metrics.evidence.kinds import Embedder, Features, Images, Labels, Moments, Probabilities, Provenance
from metrics.extractors.registry import FEATURES, PROBABILITIES

EMBED = "embed"
"""The role that needs no input: the extractor itself."""

EvidenceKey = tuple[type[Any], str]
"""A kind of evidence, and the network's output that it is made of (empty where there is none)."""


@dataclass(frozen=True)
class OpenedInput:
    """What was given for one role, and what it can become.

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

    def lacks(self, item: Want) -> str:
        """What would have to be given instead to get this evidence; empty if it can be had."""
        if (item.kind, item.output) in self.evidence:
            return ""
        if self.images is not None:
            return self._images_lack(item)
        if self.rows:
            return self._rows_lack(item)
        given = " or ".join(dict.fromkeys(_name_of(kind) for kind, _ in self.evidence))
        of = "" if item.output in ("", FEATURES) else f" of {item.output}"
        return f"{_name_of(item.kind)}{of}, not {given} alone; {_MOVE}"

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """Outputs of the network that has to look at the images for this evidence."""
        if self.images is None:
            return frozenset()
        return frozenset(item.output for item in wants if item.kind in (*EXTRACTED, Embedder))

    def _images_lack(self, item: Want) -> str:
        if item.kind in (*EXTRACTED, Embedder):
            return ""
        return _LABELLED if item.kind is Labels else _name_of(item.kind)

    def _rows_lack(self, item: Want) -> str:
        if item.kind not in EXTRACTED:
            return f"{_name_of(item.kind)}, not features alone; {_MOVE}"
        return "" if item.output in self.rows else f"{item.output}, which the saved features lack; {_MOVE}"


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


def _name_of(kind: type[Any]) -> str:
    return _NAMES.get(kind, kind.__name__)


_NETWORK_ALONE = OpenedInput(images=Images(_NoImages(), digest=""))
_NAMES: Mapping[type[Any], str] = {
    Images: "images",
    Labels: "labels",
    Features: "features",
    Moments: "moments",
    Probabilities: "class probabilities",
}
_MOVE = "give the images themselves"
_LABELLED = "images with labels (a folder for each class, or an .npz file with arr_1)"
