"""A world in which every kind of evidence can be made in no time, for the laws that hold for every metric.

Images are points around a few modes; far from all of them a network is unsure of its classes, the modes.
A generator draws from the same modes; its images are the points as patches of colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from metrics import Features, Images, Labels, Moments, Probabilities, Provenance, open_images
from metrics.evidence.kinds import Embedder
from metrics.evidence.networks import Contest, DiscriminatorLike, GeneratorLike
from metrics.registry.signatures import Need
from metrics.statistics.moments import moments_of

DIMENSIONS, MODES = 12, 5
CENTRES = 3 * torch.eye(DIMENSIONS, dtype=torch.float64)[:MODES]
PATCH_PX = 8
GREY, PER_UNIT = 96, 24  # grey value of a coordinate that is 0, and of what one unit adds


def points(seed: int, *, count: int, modes: int = MODES, noise: float = 0.5) -> Tensor:
    """Points (count, 12) around the first `modes` modes."""
    generator = torch.Generator().manual_seed(seed)
    scatter = noise * torch.randn(count, DIMENSIONS, generator=generator, dtype=torch.float64)
    return CENTRES[torch.randint(modes, (count,), generator=generator)] + scatter


def as_pixels(rows: Tensor) -> Tensor:
    """Points (n, 3 s²) as floating pixels (n, 3, 8 s, 8 s) in [0, 255]: each coordinate is a patch."""
    side = math.isqrt(rows.shape[1] // 3)
    colours = (GREY + PER_UNIT * rows.reshape(-1, 3, side, side)).clamp(0, 255)
    return colours.repeat_interleave(PATCH_PX, dim=2).repeat_interleave(PATCH_PX, dim=3)


def as_points(pixels: Tensor) -> Tensor:
    """The points that patches of colour stand for; differentiable."""
    return (torch.nn.functional.avg_pool2d(pixels.double(), PATCH_PX).flatten(1) - GREY) / PER_UNIT


class ToyGenerator:
    """A linear map from a normal latent to points, as pixels in [-1, 1]."""

    image_shape = (3, 2 * PATCH_PX, 2 * PATCH_PX)
    image_range = (-1.0, 1.0)
    latent_size = 4
    provenance: Mapping[str, Any] = {"name": "toy"}

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> Tensor:
        drawn = torch.randn(start + count, 4, generator=torch.Generator().manual_seed(seed))
        return drawn[start:]

    def images(self, latents: Tensor) -> Tensor:
        weights = 0.3 * torch.linspace(-1, 1, 48, dtype=latents.dtype).reshape(4, DIMENSIONS)
        return as_pixels(latents @ weights) / 127.5 - 1

    def iter_samples(
        self, count: int, seed: int, *, batch_size: int = 64, start: int = 0
    ) -> Iterator[Tensor]:
        yield from self.sample(count, seed, start=start).split(batch_size)

    def sample(self, count: int, seed: int, *, start: int = 0) -> Tensor:
        images = self.images(self.sample_latent(count, seed, start=start))
        return (127.5 * (images + 1)).round().to(torch.uint8)


class ToyDiscriminator:
    """Takes images near a mode to be real."""

    name = "toy"
    image_range = (0.0, 255.0)

    def __call__(self, pixels: Tensor) -> Tensor:
        return 2 - torch.cdist(as_points(pixels), CENTRES).min(dim=1).values


@dataclass(frozen=True)
class ToyEmbedder:
    """Gives the points back."""

    provenance: Provenance

    def __call__(self, pixels: Tensor) -> Tensor:
        return as_points(pixels)


@dataclass(frozen=True)
class Scene:
    """The points of each role that is a set of images."""

    generated: Tensor
    reference: Tensor
    held_out: Tensor

    def of(self, role: str) -> Tensor:
        """The points of a role; the reference's for one that is no set of images."""
        return getattr(self, role, self.reference)


def make_evidence(scene: Scene, need: Need, origin: Provenance) -> Any:
    """Evidence of the kind and of the role that a metric needs."""
    rows = scene.of(need.role)
    return MAKERS[need.kind](rows, replace(origin, count=len(rows)))


def _probabilities(rows: Tensor, origin: Provenance) -> Probabilities:
    near = torch.exp(-torch.cdist(rows, CENTRES).square() / 4) + 1e-3
    return Probabilities(near / near.sum(dim=1, keepdim=True), origin)


def _labels(rows: Tensor, _origin: Provenance) -> Labels:
    return Labels(torch.cdist(rows, CENTRES).argmin(dim=1), tuple(f"mode {mode}" for mode in range(MODES)))


def _contest(rows: Tensor, _origin: Provenance) -> Contest:
    names = ("one", "two", "three")
    generator = torch.Generator().manual_seed(len(rows))
    skill = torch.tensor([0.2, 0.5, 0.8])
    # A better generator's samples look more real, and a better discriminator sees more of that.
    fooled = torch.rand(3, 3, 60, generator=generator) * (1 - skill[:, None, None]) + 0.2 * skill[:, None]
    real = 1 - torch.rand(3, 60, generator=generator) * (1 - skill[:, None]) / 2
    return Contest(names, names, fooled.clamp(0, 1), real)


MAKERS: dict[type[Any], Callable[[Tensor, Provenance], Any]] = {
    Images: lambda rows, _origin: open_images(as_pixels(rows).round().to(torch.uint8)),
    Labels: _labels,
    Features: lambda rows, origin: Features(rows.clone(), origin),
    Moments: lambda rows, origin: moments_of(Features(rows.clone(), origin)),
    Probabilities: _probabilities,
    Embedder: lambda _rows, origin: ToyEmbedder(replace(origin, count=0)),
    GeneratorLike: lambda _rows, _origin: ToyGenerator(),
    DiscriminatorLike: lambda _rows, _origin: ToyDiscriminator(),
    Contest: _contest,
}
