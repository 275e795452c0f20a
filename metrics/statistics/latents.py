"""Latent spaces: the one a generator draws from, and a style generator's, with ways between two points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError, MissingEvidenceError
from metrics.evidence.networks import GeneratorLike


@runtime_checkable
class StyleGeneratorLike(Protocol):
    """A generator whose latent is first mapped to a style, from which the image is made."""

    def styles(self, latents: Float[Tensor, "n latent"]) -> Float[Tensor, "n style"]:
        """Map latents z to styles w."""
        ...

    def images_of_styles(self, styles: Float[Tensor, "n style"]) -> Float[Tensor, "n c h w"]:
        """Map styles to images in `image_range`, before rounding."""
        ...


@dataclass(frozen=True)
class LatentSpace:
    """A space of latents.

    Attributes:
        locate: maps the latents that the generator draws to points of the space.
        images: maps points to images in the generator's range.
        between: `between(a, b, t)`: the point at the share t of the way from a to b, a row each.
    """

    locate: Callable[[Tensor], Tensor]
    images: Callable[[Tensor], Tensor]
    between: Callable[[Tensor, Tensor, Tensor], Tensor]


def latent_space(generator: GeneratorLike, name: str) -> LatentSpace:
    """The space z that a generator draws from, or the space w of its styles.

    Args:
        generator: the generator.
        name: "z", whose ways are great circles, or "w", whose ways are straight lines.

    Raises:
        InvalidSettingError: another name.
        MissingEvidenceError: w of a generator without styles.
    """
    if name == "z":
        return LatentSpace(lambda latents: latents, generator.images, spherical)
    if name != "w":
        raise InvalidSettingError(f"There is no latent space {name!r}; give z or w.")
    if not isinstance(generator, StyleGeneratorLike):
        raise MissingEvidenceError(
            "The latent space w is that of a style generator, but this one has no `styles` and "
            "`images_of_styles`; give the space z."
        )
    return LatentSpace(generator.styles, generator.images_of_styles, torch.lerp)


def spherical(
    one: Float[Tensor, "n d"], other: Float[Tensor, "n d"], share: Float[Tensor, "n 1"]
) -> Float[Tensor, "n d"]:
    """Spherical interpolation: directions along the great circle, lengths along the straight line.

    A normal latent's length hardly varies, while the middle of a straight line would be far too short.

    Args:
        one: latents at the start (n, d), none of them zero.
        other: latents at the end.
        share: how far along each way (n, 1), from 0 to 1.

    Source: Shoemake 1985; White 2016, section 2.1; checked by hand.
    """
    length = torch.linalg.vector_norm(one, dim=1, keepdim=True)
    other_length = torch.linalg.vector_norm(other, dim=1, keepdim=True)
    direction, other_direction = one / length, other / other_length
    cosine = (direction * other_direction).sum(dim=1, keepdim=True).clamp(-1, 1)
    angle = share * cosine.acos()
    across = other_direction - cosine * direction
    across = across / torch.linalg.vector_norm(across, dim=1, keepdim=True).clamp(min=1e-12)
    turned: Tensor = direction * angle.cos() + across * angle.sin()
    return torch.lerp(length, other_length, share) * turned
