"""Known ways in which images go wrong, each from not at all to badly: what metrics ought to notice.

A distortion takes images (n, c, h, w) as float grey values from 0 to 255, a strength from 0, which leaves all
as it is, to 1, and the generator that its chance comes from. It gives images of the same shape and range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import grid_sample

WHITE = 255.0
Distortion = Callable[[Tensor, float, torch.Generator], Tensor]

NOISE_SIGMA = 80.0
BLUR_SHARE = 0.08  # of the side: sigma of the strongest blur
SWIRL_RADIANS = 4.0
SALTED = 0.3
OCCLUDED_SIDE = 0.7
PATCHES_ACROSS = 4


def noise(
    images: Float[Tensor, "n c h w"], strength: float, chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """Gaussian noise with a standard deviation of up to 80 grey values."""
    grain = torch.randn(images.shape, generator=chance)
    return (images + strength * NOISE_SIGMA * grain).clamp(0, WHITE)


def blur(
    images: Float[Tensor, "n c h w"], strength: float, _chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """A Gaussian blur with a standard deviation of up to 8 % of the shorter side."""
    sigma = strength * BLUR_SHARE * min(images.shape[2:])
    if sigma == 0:
        return images
    down, across = (_blurring(side, sigma) for side in images.shape[2:])
    return down @ images @ across.T


def swirl(
    images: Float[Tensor, "n c h w"], strength: float, _chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """Images wound up around their centre, by up to 4 radians there and not at all at the edge."""
    height, width = images.shape[2:]
    down = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    across = torch.linspace(-1, 1, width)[None].expand(height, width)
    radius = torch.hypot(down, across).clamp(max=1)
    angle = strength * SWIRL_RADIANS * (1 - radius).square()
    turned = torch.stack(
        [across * angle.cos() - down * angle.sin(), across * angle.sin() + down * angle.cos()], dim=-1
    )
    grid = turned.expand(len(images), -1, -1, -1)
    found: Tensor = grid_sample(images, grid, padding_mode="border", align_corners=True)
    return found


def salt_and_pepper(
    images: Float[Tensor, "n c h w"], strength: float, chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """Up to 30 % of the pixels black or white."""
    places = (len(images), 1, *images.shape[2:])
    struck = torch.rand(places, generator=chance) < strength * SALTED
    salt = WHITE * torch.randint(2, places, generator=chance)
    return torch.where(struck, salt, images)


def occlusion(
    images: Float[Tensor, "n c h w"], strength: float, chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """A black rectangle somewhere, with sides of up to 70 % of the image's."""
    height, width = (round(strength * OCCLUDED_SIDE * side) for side in images.shape[2:])
    covered = images.clone()
    for image in covered:
        top, left = (
            int(torch.randint(side - hidden + 1, (1,), generator=chance))
            for side, hidden in zip(image.shape[1:], (height, width), strict=True)
        )
        image[:, top : top + height, left : left + width] = 0
    return covered


def shuffled_patches(
    images: Float[Tensor, "n c h w"], strength: float, chance: torch.Generator
) -> Float[Tensor, "n c h w"]:
    """A share of the images cut into 4 × 4 patches that are put together anew: texture without content."""
    count = round(strength * len(images))
    broken = images.clone()
    for row in torch.randperm(len(images), generator=chance)[:count].tolist():
        broken[row] = _shuffle(images[row], chance)
    return broken


PIXELS: Mapping[str, Distortion] = {
    "noise": noise,
    "blur": blur,
    "swirl": swirl,
    "salt_and_pepper": salt_and_pepper,
    "occlusion": occlusion,
    "shuffled_patches": shuffled_patches,
}
"""Distortions that need nothing but the images themselves."""


def _blurring(side: int, sigma: float) -> Float[Tensor, "side side"]:
    """The blur along one axis as a matrix; at the edges the weights that are left sum to 1."""
    places = torch.arange(side, dtype=torch.float32)
    weights = torch.exp(-(places[:, None] - places[None]).square() / (2 * sigma**2))
    return weights / weights.sum(dim=1, keepdim=True)


def _shuffle(image: Float[Tensor, "c h w"], chance: torch.Generator) -> Float[Tensor, "c h w"]:
    """Patches in a random order; what doesn't fill a patch, at the right and below, stays."""
    _, height, width = image.shape
    tall, wide = height // PATCHES_ACROSS, width // PATCHES_ACROSS
    shuffled = image.clone()
    corners = [
        (row * tall, column * wide) for row in range(PATCHES_ACROSS) for column in range(PATCHES_ACROSS)
    ]
    order = torch.randperm(PATCHES_ACROSS**2, generator=chance).tolist()
    for (top, left), source in zip(corners, order, strict=True):
        above, beside = corners[source]
        patch = image[:, above : above + tall, beside : beside + wide]
        shuffled[:, top : top + tall, left : left + wide] = patch
    return shuffled
