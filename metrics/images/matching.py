"""Real images as a generator would have made them, for metrics that look for them in its latent space."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidEvidenceError, MissingEvidenceError, TooFewSamplesError
from metrics.evidence.kinds import Images
from metrics.evidence.networks import GeneratorLike
from metrics.statistics.chance import random_state


def targets_for(
    generator: GeneratorLike, images: Images, *, limit: int, seed: int
) -> Float[Tensor, "n c h w"]:
    """Real images with values from 0 to 1, of the generator's size and channels.

    Args:
        generator: whose images they are to be compared with.
        images: real images of its size; for a grey generator their three channels are averaged.
        limit: most images used.
        seed: fixes which.

    Raises:
        InvalidEvidenceError: an image of another size, which resizing would make another image.
        TooFewSamplesError: fewer than two images.
    """
    if min(images.count, limit) < 2:
        raise TooFewSamplesError(f"{min(images.count, limit)} images have no spread; give at least 2.")
    channels, height, width = generator.image_shape
    targets = []
    for index in random_state(seed).permutation(images.count)[:limit].tolist():
        pixels = images.source.read(index, index + 1)[0].float() / 255
        if pixels.shape[1:] != (height, width):
            raise InvalidEvidenceError(
                f"Image {index} has {pixels.shape[2]} × {pixels.shape[1]} pixels, but the generator makes "
                f"{width} × {height}; give real images of its size."
            )
        targets.append(pixels.mean(dim=0, keepdim=True) if channels == 1 else pixels)
    return torch.stack(targets)


def unit_images(generator: GeneratorLike, latents: Float[Tensor, "n latent"]) -> Float[Tensor, "n c h w"]:
    """The generator's images with values from 0 to 1, before rounding; differentiable.

    Raises:
        MissingEvidenceError: the latents ask for a derivative, but the images have none.
    """
    low, high = generator.image_range
    images = (generator.images(latents) - low) / (high - low)
    if latents.requires_grad and not images.requires_grad:
        raise MissingEvidenceError(
            "The generator's images can't be differentiated; give a generator whose `images` keeps the graph."
        )
    return images
