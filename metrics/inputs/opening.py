"""Open what users give for a role: images from anywhere, a generator, features or statistics in a file."""

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
from metrics.inputs.opened import OpenedInput, OpenedInputs, opened_evidence, opened_images
from metrics.inputs.saved_files import read_saved

DEFAULT_SAMPLES = 10_000

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


def open_inputs(sets: Mapping[str, Any], networks: Mapping[str, Any], opening: Opening) -> OpenedInputs:
    """Open everything that was given.

    Args:
        sets: sets of images by role, see `Input`.
        networks: generators, discriminators and contests by role.
        opening: how sets are opened.

    Raises:
        ImageReadError: something given as a set is no set of images.
        StatisticsReadError: a file of numbers can't be used.
        MissingEvidenceError: a network isn't what its role needs.
    """
    opened = {role: open_set(given, opening) for role, given in sets.items()}
    return OpenedInputs(opened | {role: open_network(role, given) for role, given in networks.items()})


def open_set(given: Input, opening: Opening) -> OpenedInput:
    """A set of images, or numbers that were made of one; errors as in `open_inputs`."""
    if isinstance(given, GeneratorLike):
        return opened_images(sample_images(given, opening.samples, opening.seed))
    if isinstance(given, (Features, Moments, Probabilities)):
        return opened_evidence(given)
    return read_saved(given) or opened_images(
        open_images(
            given,
            allow_unreadable=opening.allow_unreadable,
            data_root=opening.data_root,
            download=opening.download,
            cache=opening.cache,
        )
    )


_NETWORKS: Mapping[str, type[Any]] = {
    "generator": GeneratorLike,
    "discriminator": DiscriminatorLike,
    "contest": Contest,
}


def open_network(role: str, given: object) -> OpenedInput:
    """A network, or what came of a contest.

    Raises:
        MissingEvidenceError: it isn't what the role needs.
    """
    kind = _NETWORKS[role]
    if not isinstance(given, kind):
        raise MissingEvidenceError(
            f"{type(given).__name__} can't be the {role}; give a metrics.evidence.networks.{kind.__name__}."
        )
    return OpenedInput(evidence={(kind, ""): given})
