"""What was given for a role, and the kinds of evidence that it can become."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from metrics.evidence.gathering import EXTRACTED, ExtractorEmbedder, Want, gather
from metrics.evidence.kinds import Embedder, Features, Images, Labels, Moments, Probabilities, Provenance
from metrics.extractors.registry import FEATURES, PROBABILITIES
from metrics.planning.extractors import Lens

Advance = Callable[[int], None]


@runtime_checkable
class Supplier(Protocol):
    """Something given for a role."""

    @property
    def provenance(self) -> Provenance | None:
        """Where its numbers come from, if it has some already."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a reader of any number made of it must know."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that it knows its images to be of."""
        ...

    def lacks(self, item: Want) -> str:
        """What it would have to be to become that; empty if it can become it."""
        ...

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """Outputs of the network that it has to look at images for."""
        ...

    def steps(self, wants: Collection[Want]) -> int:
        """How many images will be looked at."""
        ...

    def supply(self, wants: Collection[Want], lens: Lens, advance: Advance) -> dict[Want, Any]:
        """Become what is wanted.

        Args:
            wants: what it can become.
            lens: looks at images.
            advance: called with the number of images done since its last call.
        """
        ...


@dataclass(frozen=True)
class ImageSupplier:
    """A set of images: becomes anything that a network makes of images."""

    images: Images

    provenance = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the set says of itself."""
        return self.images.notes

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels."""
        return self.images.labels.names if self.images.labels else ()

    def lacks(self, item: Want) -> str:
        """Only labels may be lacking, or it may be no network that is wanted."""
        if item.kind is Labels and self.images.labels is None:
            return "images with labels (a folder for each class, or an .npz file with arr_1)"
        return "" if item.kind in {Images, Labels, *EXTRACTED} else _name_of(item.kind)

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """The outputs behind the kinds that need a network."""
        return frozenset(item.output for item in wants if item.kind in EXTRACTED)

    def steps(self, wants: Collection[Want]) -> int:
        """All images, if a network is to look at them."""
        return self.images.count if self.outputs(wants) else 0

    def supply(self, wants: Collection[Want], lens: Lens, advance: Advance) -> dict[Want, Any]:
        """One pass for all that needs a network."""
        ready: dict[type[Any], Any] = {Images: self.images, Labels: self.images.labels}
        found = {item: ready[item.kind] for item in wants if item.kind in ready}
        outputs = self.outputs(wants)
        if not outputs:
            return found
        over = lens.over(self.images, outputs)
        if not over.workers.leads:
            over.contribute(advance)
            return {}
        extracted = [item for item in wants if item.kind in EXTRACTED]
        return found | gather(over.chunks(advance), extracted, over.provenance)


@dataclass(frozen=True)
class OutputSupplier:
    """A network's outputs for a set of images, computed before: becomes all but images.

    Attributes:
        rows: outputs by name, each with a row for each image.
        provenance: where they come from.
        labels: the class of each image.
        notes: as in `Supplier`.
    """

    rows: Mapping[str, Tensor]
    provenance: Provenance
    labels: Labels | None = None
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels."""
        return self.labels.names if self.labels else ()

    def lacks(self, item: Want) -> str:
        """An output that wasn't kept, labels, or the images."""
        if item.kind is Labels and self.labels is not None:
            return ""
        if item.kind in EXTRACTED:
            return (
                "" if item.output in self.rows else f"{item.output}, which the saved features lack; {_MOVE}"
            )
        return f"{_name_of(item.kind)}, not features alone; {_MOVE}"

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """None: they are there."""
        return frozenset()

    def steps(self, wants: Collection[Want]) -> int:
        """No image is looked at."""
        return 0

    def supply(self, wants: Collection[Want], lens: Lens, advance: Advance) -> dict[Want, Any]:
        """What the rows become."""
        extracted = [item for item in wants if item.kind in EXTRACTED]
        labels = {item: self.labels for item in wants if item.kind is Labels}
        return labels | gather([self.rows], extracted, self.provenance)


@dataclass(frozen=True)
class ReadySupplier:
    """Evidence that needs no making: a network, a contest, moments.

    Attributes:
        evidence: what there is, by kind and output (empty where no output is behind it).
        provenance: where moments come from; None where their file doesn't say.
        notes: as in `Supplier`.
    """

    evidence: Mapping[tuple[type[Any], str], Any]
    provenance: Provenance | None = None
    notes: tuple[str, ...] = ()

    classes = ()

    def lacks(self, item: Want) -> str:
        """Anything else than what it is."""
        if (item.kind, item.output) in self.evidence:
            return ""
        given = " or ".join(dict.fromkeys(_name_of(kind) for kind, _ in self.evidence))
        of = "" if item.output in ("", FEATURES) else f" of {item.output}"
        return f"{_name_of(item.kind)}{of}, not {given} alone; {_MOVE}"

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """None: it is there."""
        return frozenset()

    def steps(self, wants: Collection[Want]) -> int:
        """No image is looked at."""
        return 0

    def supply(self, wants: Collection[Want], lens: Lens, advance: Advance) -> dict[Want, Any]:
        """What there is; moments of unknown origin are taken to come from the network in use."""
        return {item: self._of(item, lens) for item in wants}

    def _of(self, item: Want, lens: Lens) -> Any:
        made = self.evidence[item.kind, item.output]
        if self.provenance is not None or not isinstance(made, Moments):
            return made
        digest = made.provenance.images_digest
        return replace(made, provenance=replace(lens.origin, output=item.output, images_digest=digest))


@dataclass(frozen=True)
class EmbedSupplier:
    """The extractor itself, for metrics that make images of their own."""

    provenance = None
    notes = ()
    classes = ()

    def lacks(self, item: Want) -> str:
        """Anything else."""
        return "" if item.kind is Embedder else _name_of(item.kind)

    def outputs(self, wants: Collection[Want]) -> frozenset[str]:
        """What the embedders give."""
        return frozenset(item.output for item in wants)

    def steps(self, wants: Collection[Want]) -> int:
        """No image yet."""
        return 0

    def supply(self, wants: Collection[Want], lens: Lens, advance: Advance) -> dict[Want, Any]:
        """The network behind a pass over nothing."""
        over = lens.over(_NOTHING, self.outputs(wants))
        return {
            item: ExtractorEmbedder(
                over.extractor, over.protocol, replace(over.provenance, output=item.output)
            )
            for item in wants
        }


class _Nothing:
    def __len__(self) -> int:
        return 0

    def read(self, start: int, stop: int) -> list[Tensor]:
        return []

    def name(self, index: int) -> str:
        return ""


_NOTHING = Images(_Nothing(), digest="")


def same_classes(suppliers: Mapping[str, Supplier], found: Mapping[Want, Any]) -> dict[Want, Any]:
    """The evidence with all labels numbered alike, so that a class means the same in every set."""
    names = tuple(dict.fromkeys(name for supplier in suppliers.values() for name in supplier.classes))
    return {item: made.renamed(names) if isinstance(made, Labels) else made for item, made in found.items()}


def supplier_of_evidence(evidence: Features | Moments | Probabilities) -> Supplier:
    """What evidence made elsewhere can become."""
    if isinstance(evidence, Moments):
        key = (Moments, evidence.provenance.output)
        return ReadySupplier({key: evidence}, evidence.provenance)
    output = evidence.provenance.output if isinstance(evidence, Features) else PROBABILITIES
    return OutputSupplier({output: evidence.values}, evidence.provenance)


def _name_of(kind: type[Any]) -> str:
    return _NAMES.get(kind, kind.__name__)


_NAMES: Mapping[type[Any], str] = {
    Images: "images",
    Labels: "labels",
    Features: "features",
    Moments: "moments",
    Probabilities: "class probabilities",
}
_MOVE = "give the images themselves"
