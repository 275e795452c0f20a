"""What users give for a role: images wherever they are, a generator, features or statistics from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.cache import FeatureCache
from metrics.errors import MissingEvidenceError
from metrics.evidence.kinds import Features, Moments, Probabilities
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.images.sampled import sample_images
from metrics.images.sources import ImageInput, open_images
from metrics.inputs.opened import EmbedSupplier, ImageSupplier, ReadySupplier, Supplier, supplier_of_evidence
from metrics.inputs.saved_files import read_saved

DEFAULT_SAMPLES = 10_000
EMBED = "embed"
"""The role that nobody has to give: the extractor."""

Input = ImageInput | GeneratorLike | Features | Moments | Probabilities
"""What may be given as a set of images."""


@dataclass(frozen=True)
class Opening:
    """How inputs are opened.

    Attributes:
        samples: number of images drawn from a generator that is given as a set of images.
        seed: fixes them.
        allow_unreadable: how many files of a set may be no images.
        data_root: the folder in which torchvision keeps its data sets.
        download: whether a data set may be fetched.
        cache: where digests of files are remembered.
    """

    samples: int = DEFAULT_SAMPLES
    seed: int = 0
    allow_unreadable: int = 0
    data_root: Path = Path("data")
    download: bool = False
    cache: FeatureCache | None = None

    def suppliers(self, sets: Mapping[str, Any], players: Mapping[str, Any]) -> dict[str, Supplier]:
        """What was given, by role, as what evidence is made of; with the extractors themselves.

        Args:
            sets: sets of images by role, see `Input`.
            players: networks and contests by role.
        """
        opened = {role: self.open_set(given) for role, given in sets.items()}
        played = {role: open_player(role, given) for role, given in players.items()}
        return opened | played | {EMBED: EmbedSupplier()}

    def open_set(self, given: Input) -> Supplier:
        """A set of images, or numbers that were made of one.

        Raises:
            ImageReadError: it is no set of images.
            StatisticsReadError: it is a file of numbers that can't be used.
        """
        if isinstance(given, GeneratorLike):
            return ImageSupplier(sample_images(given, self.samples, self.seed))
        if isinstance(given, (Features, Moments, Probabilities)):
            return supplier_of_evidence(given)
        saved = read_saved(given)
        if saved is not None:
            return saved
        return ImageSupplier(
            open_images(
                given,
                allow_unreadable=self.allow_unreadable,
                data_root=self.data_root,
                download=self.download,
                cache=self.cache,
            )
        )


def given_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What there is of what might have been given."""
    return {role: given for role, given in asked.items() if given is not None}


_PLAYERS: Mapping[str, type[Any]] = {
    "generator": GeneratorLike,
    "discriminator": DiscriminatorLike,
    "contest": Contest,
}


def open_player(role: str, given: object) -> Supplier:
    """A network, or what came of a contest.

    Raises:
        MissingEvidenceError: it isn't what the role needs.
    """
    kind = _PLAYERS[role]
    if not isinstance(given, kind):
        raise MissingEvidenceError(
            f"{type(given).__name__} can't be the {role}; give a metrics.evidence.networks.{kind.__name__}."
        )
    return ReadySupplier({(kind, ""): given})
