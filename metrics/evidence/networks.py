"""Evidence that acts: generators and discriminators, and what a contest between them came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from metrics.errors import InvalidEvidenceError


@runtime_checkable
class GeneratorLike(Protocol):
    """A trained generator. Image `i` of a seed depends on the seed and on `i` alone."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        ...

    @property
    def image_range(self) -> tuple[float, float]:
        """Lowest and highest value of `images`; `sample` maps them to 0 and 255."""
        ...

    @property
    def latent_size(self) -> int:
        """Dimensions of the latent."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where it comes from, as plain JSON data."""
        ...

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> Float[Tensor, "count latent"]:
        """Draw the latents of images `start` to `start + count - 1`."""
        ...

    def images(self, latents: Float[Tensor, "n latent"]) -> Float[Tensor, "n c h w"]:
        """Map latents to images in `image_range`, before rounding; differentiable where the network is."""
        ...

    def iter_samples(
        self, count: int, seed: int, *, batch_size: int = 64, start: int = 0
    ) -> Iterator[UInt8[Tensor, "n c h w"]]:
        """Yield images `start` to `start + count - 1` in batches."""
        ...

    def sample(self, count: int, seed: int, *, start: int = 0) -> UInt8[Tensor, "count c h w"]:
        """Images `start` to `start + count - 1` at once."""
        ...


@runtime_checkable
class DiscriminatorLike(Protocol):
    """A trained discriminator: the higher its logit, the more real it takes an image to be."""

    @property
    def name(self) -> str:
        """What it is called in results."""
        ...

    @property
    def image_range(self) -> tuple[float, float]:
        """The values that 0 and 255 of a pixel have in its input."""
        ...

    def __call__(self, pixels: Float[Tensor, "n c h w"], /) -> Float[Tensor, " n"]:
        """Logits that images with values in `image_range` are real."""
        ...


@dataclass(frozen=True, eq=False)
class Contest:
    """What discriminators say of generators' samples and of real images, in probabilities of being real.

    A generator and a discriminator of the same name were trained together.

    Attributes:
        discriminators: names of the d discriminators.
        generators: names of the g generators.
        on_generated: (d, g, n): what each discriminator says of each generator's n samples.
        on_real: (d, m): what each discriminator says of the m real images.
    """

    discriminators: tuple[str, ...]
    generators: tuple[str, ...]
    on_generated: Float[Tensor, "d g n"]
    on_real: Float[Tensor, "d m"]

    def __post_init__(self) -> None:
        shape = (len(self.discriminators), len(self.generators))
        if tuple(self.on_generated.shape[:2]) != shape or len(self.on_real) != shape[0]:
            raise InvalidEvidenceError(
                f"A contest of {shape[0]} discriminators and {shape[1]} generators can't hold judgements of "
                f"the shapes {tuple(self.on_generated.shape)} and {tuple(self.on_real.shape)}; "
                "give (d, g, n) and (d, m)."
            )
        for judgements in (self.on_generated, self.on_real):
            if not bool(((judgements >= 0) & (judgements <= 1)).all()):
                raise InvalidEvidenceError(
                    "A contest holds a judgement outside [0, 1]; apply a sigmoid to logits first."
                )

    @property
    def count(self) -> int:
        """Number of samples n of each generator."""
        return self.on_generated.shape[2]


def to_range(pixels: UInt8[Tensor, "n c h w"], image_range: tuple[float, float]) -> Float[Tensor, "n c h w"]:
    """Pixels as float32 in the range that a network takes: 0 becomes the lower end, 255 the upper."""
    low, high = image_range
    return pixels.to(torch.float32) * ((high - low) / 255) + low
