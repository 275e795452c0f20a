"""The spaces that a generator's images can be looked up in: its latents z, and styles w where it has any."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.generator import BLOCK, to_uint8
from ganmodels.protocol import Generator, StyleGenerator

SPACES = ("z", "w")
_STYLES_FOR_SPREAD = 1024


@dataclass(frozen=True)
class Space:
    """A space of points, each of which is an image.

    Attributes:
        name: "z" or "w".
        label: class of the images; None where the generator knows none.
        locate: from latents (n, latent_size) to points (n, d).
        images: from points (n, d) to images in the generator's range; differentiable.
        centre: mean of the points that the generator draws (d,).
        spread: standard deviation of each dimension (d,).
        generator: whose space it is.
    """

    name: str
    label: int | None
    locate: Callable[[Tensor], Tensor]
    images: Callable[[Tensor], Tensor]
    centre: Float[Tensor, " d"]
    spread: Float[Tensor, " d"]
    generator: Generator

    @property
    def size(self) -> int:
        """Dimensions."""
        return len(self.centre)

    def draw(self, count: int, seed: int, *, start: int = 0) -> Float[Tensor, "count d"]:
        """Draws the points of images `start` to `start + count - 1` of a seed."""
        with torch.no_grad():
            return self.locate(self.generator.sample_latent(count, seed, start=start))

    def pictures(self, points: Float[Tensor, "n d"]) -> UInt8[Tensor, "n c h w"]:
        """Makes the images of points, as they are shown."""
        with torch.no_grad():
            parts = [to_uint8(self.images(part), self.generator.image_range) for part in points.split(BLOCK)]
        return torch.cat(parts)


def open_space(generator: Generator, name: str = "z", *, label: int | None = None, seed: int = 0) -> Space:
    """Opens a space of a generator.

    Args:
        generator: any.
        name: "z", or "w" of a generator with styles.
        label: class of all images, where the generator knows classes; 0 if none is given.
        seed: of the styles whose mean and deviation are taken.

    Raises:
        InsideError: another name, w of a generator without styles, or a class that it doesn't know.
    """
    if name not in SPACES:
        raise InsideError(f"there is no space '{name[:20]}'; give {' or '.join(SPACES)}")
    label = _known_label(generator, label)
    if name == "z":
        nothing, one = torch.zeros(generator.latent_size), torch.ones(generator.latent_size)
        return Space(name, label, _as_it_is, lambda z: generator.images(z, label), nothing, one, generator)
    if not isinstance(generator, StyleGenerator):
        raise InsideError(
            f"'{generator.name}' makes its images of latents at once and has no styles; take the space z"
        )

    def locate(latents: Tensor) -> Tensor:
        return generator.styles(latents, label)

    with torch.no_grad():
        styles = locate(generator.sample_latent(_STYLES_FOR_SPREAD, seed))
    return Space(
        name, label, locate, generator.images_of_styles, styles.mean(dim=0), styles.std(dim=0), generator
    )


def _as_it_is(latents: Tensor) -> Tensor:
    return latents


def _known_label(generator: Generator, label: int | None) -> int | None:
    if generator.class_count is None:
        if label is not None:
            raise InsideError(f"'{generator.name}' knows no classes; leave the class out")
        return None
    if label is not None and not 0 <= label < generator.class_count:
        raise InsideError(
            f"'{generator.name}' knows no class {label}; give one from 0 to {generator.class_count - 1}"
        )
    return label or 0
