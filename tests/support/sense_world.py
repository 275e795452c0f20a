"""A world of images in which the laws of the senses hold every metric to what its quantities declare.

Real images are patches of colour around 24 modes, more than twenty images can show, under a fine grain. Four
modes make a class. The network is a random layer with ReLU, as wide as the features of the default extractor,
and the grain gives its features as many dimensions: what holds in a few need not hold there. It sees pixels,
so that white noise is noise to every metric alike.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from metrics import Features, Images, Labels, Moments, Probabilities, Provenance, open_images
from metrics.evidence.kinds import Embedder
from metrics.evidence.networks import Contest, GeneratorLike
from metrics.registry.signatures import Need
from metrics.statistics.moments import moments_of
from tests.support.metric_world import as_pixels, as_points

COORDINATES, MODES, CLASSES = 48, 24, 6
CENTRES = 3 * torch.eye(COORDINATES, dtype=torch.float64)[:MODES]
SPREAD, GRAIN = 0.3, 10.0
IMAGES, REPEATED = 500, 20
FEATURES, GRAIN_WEIGHT = 1280, 0.15
SHAPE = (3, 32, 32)
STEEPNESS = 8.0
JUMPS_PER_UNIT, JUMP = 1000.0, 10.0


@dataclass(frozen=True)
class Shown:
    """A set of images.

    Attributes:
        pixels: the images, uint8 (n, 3, 32, 32).
        classes: the classes that they were made for (n,).
    """

    pixels: Tensor
    classes: Tensor

    @functools.cached_property
    def points(self) -> Tensor:
        """Mean colours of the patches (n, 48), which decide the mode."""
        return as_points(self.pixels)

    @functools.cached_property
    def features(self) -> Tensor:
        """What the network makes of them (n, 1280)."""
        return embed(self.pixels)


@functools.cache
def real_images(seed: int, count: int = IMAGES) -> Shown:
    """Images drawn around all modes."""
    generator = torch.Generator().manual_seed(seed)
    modes = torch.randint(MODES, (count,), generator=generator)
    points = CENTRES[modes] + SPREAD * torch.randn(
        count, COORDINATES, generator=generator, dtype=torch.float64
    )
    grain = GRAIN * torch.randn(count, *SHAPE, generator=generator, dtype=torch.float64)
    return Shown((as_pixels(points) + grain).clamp(0, 255).round().to(torch.uint8), modes % CLASSES)


def white_noise(asked: Shown) -> Shown:
    """Noise in the place of each image, made for the same class."""
    generator = torch.Generator().manual_seed(0)
    return replace(
        asked, pixels=torch.randint(256, asked.pixels.shape, generator=generator, dtype=torch.uint8)
    )


def twenty_repeated(asked: Shown) -> Shown:
    """Twenty of the images, repeated to the size of the set."""
    rows = torch.arange(len(asked.pixels)) % REPEATED
    return Shown(asked.pixels[rows], asked.classes[rows])


@functools.cache
def _weights() -> tuple[Tensor, Tensor, Tensor]:
    """Weights of the patches and of the grain, and biases."""
    generator = torch.Generator().manual_seed(0)
    weights, grain_weights, biases = (
        torch.randn(rows, FEATURES, generator=generator, dtype=torch.float64)
        for rows in (COORDINATES, math.prod(SHAPE), 1)
    )
    return weights, GRAIN_WEIGHT * grain_weights, biases


def embed(pixels: Tensor) -> Tensor:
    """Features (n, 1280) of pixels in [0, 255]: a random layer with ReLU, float64; differentiable.

    The contrast of the grain is normalised, as it is in trained networks, whose features of noise are no
    wider apart than those of photographs.
    """
    weights, grain_weights, biases = _weights()
    points = as_points(pixels)
    grain = (pixels.double() - as_pixels(points)).flatten(1)
    grain = grain / (grain.var(dim=1, keepdim=True) + GRAIN**2).sqrt()
    return torch.relu(points @ weights + grain @ grain_weights + biases)


@dataclass(frozen=True)
class PixelEmbedder:
    """The network as evidence of its own."""

    provenance: Provenance

    def __call__(self, pixels: Tensor) -> Tensor:
        """Features of pixels in [0, 255]."""
        return embed(pixels)


@dataclass(frozen=True)
class ModeGenerator:
    """Makes mixtures of a few points, mostly one of them alone; differentiable.

    Attributes:
        targets: the points that it can make (k, 48); the latent has k dimensions.
        jumping: whether its images jump between latents a thousandth apart.
    """

    targets: Tensor
    jumping: bool = False
    image_shape = SHAPE
    image_range = (0.0, 255.0)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Plain data that say what it is."""
        return {"name": "modes", "targets": len(self.targets), "jumping": self.jumping}

    @property
    def latent_size(self) -> int:
        """One dimension for each target."""
        return len(self.targets)

    def sample_latent(self, count: int, seed: int, *, start: int = 0) -> Tensor:
        """Normal latents."""
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(start + count, self.latent_size, generator=generator)[start:]

    def images(self, latents: Tensor) -> Tensor:
        """Pixels before rounding."""
        if self.jumping:
            latents = latents + JUMP * torch.frac(JUMPS_PER_UNIT * latents)
        shares = torch.softmax(STEEPNESS * latents, dim=1)
        return as_pixels(shares @ self.targets.to(latents.dtype))

    def iter_samples(
        self, count: int, seed: int, *, batch_size: int = 64, start: int = 0
    ) -> Iterator[Tensor]:
        """Images in batches."""
        yield from self.sample(count, seed, start=start).split(batch_size)

    def sample(self, count: int, seed: int, *, start: int = 0) -> Tensor:
        """Images as uint8."""
        return self.images(self.sample_latent(count, seed, start=start)).round().to(torch.uint8)


@dataclass(frozen=True)
class Scene:
    """What a metric is shown.

    Attributes:
        generated: the images in question.
        generator: the generator in question.
        reference: training images.
        held_out: real images that were not trained on.
    """

    generated: Shown
    generator: ModeGenerator
    reference: Shown
    held_out: Shown

    def of(self, role: str) -> Shown:
        """The images of a role; the reference's for one that is no set of images."""
        found = getattr(self, role.removesuffix("_labels"), self.reference)
        return found if isinstance(found, Shown) else self.reference

    def evidence(self, need: Need, origin: Provenance) -> Any:
        """Evidence of the kind and of the role that a metric needs."""
        shown = self.of(need.role)
        return MAKERS[need.kind](self, shown, replace(origin, count=len(shown.pixels)))


@functools.cache
def perfect_scene(seed: int = 1) -> Scene:
    """A perfect generator: its images are drawn as the real ones are."""
    generated, reference, held_out = (real_images(seed + number) for number in range(3))
    return Scene(generated, ModeGenerator(CENTRES), reference, held_out)


def worsened(scene: Scene, sense: str) -> Scene:
    """The scene with a generator that fails in what the sense is of."""
    return CHANGES[sense](scene)


def _collapsed(scene: Scene) -> Scene:
    generated = twenty_repeated(scene.generated)
    return replace(scene, generated=generated, generator=ModeGenerator(generated.points[:REPEATED]))


CHANGES: dict[str, Callable[[Scene], Scene]] = {
    "fidelity": lambda scene: replace(scene, generated=white_noise(scene.generated)),
    "diversity": _collapsed,
    "novelty": lambda scene: replace(scene, generated=scene.reference),
    "smoothness": lambda scene: replace(scene, generator=replace(scene.generator, jumping=True)),
}


def _features(_scene: Scene, shown: Shown, origin: Provenance) -> Features:
    return Features(shown.features, origin)


def _probabilities(_scene: Scene, shown: Shown, origin: Provenance) -> Probabilities:
    """Classes are the modes; far from all of them the network is unsure."""
    near = torch.exp(-torch.cdist(shown.points, CENTRES).square() / 4) + 1e-3
    return Probabilities(near / near.sum(dim=1, keepdim=True), origin)


def _contest(scene: Scene, _shown: Shown, _origin: Provenance) -> Contest:
    """Six discriminators, each stricter than the one before, judge the generator and five others."""
    names = tuple(f"model {number}" for number in range(len(MARGINS)))
    made = [scene.generated, *(real_images(100 + number) for number in range(1, len(MARGINS)))]
    judged = [torch.stack([_seem_real(one, margin) for one in made]) for margin in MARGINS]
    on_real = torch.stack([_seem_real(scene.held_out, margin) for margin in MARGINS])
    return Contest(names, names, torch.stack(judged), on_real)


MARGINS = (2.3, 2.25, 2.2, 2.15, 2.1, 2.05)


def _seem_real(shown: Shown, margin: float) -> Tensor:
    """Probabilities that images are real, above one half within this distance of a mode."""
    return torch.sigmoid(4 * (margin - torch.cdist(shown.points, CENTRES).min(dim=1).values))


MAKERS: dict[type[Any], Callable[[Scene, Shown, Provenance], Any]] = {
    Images: lambda _scene, shown, _origin: open_images(shown.pixels),
    Labels: lambda _scene, shown, _origin: Labels(
        shown.classes, tuple(f"class {number}" for number in range(CLASSES))
    ),
    Features: _features,
    Moments: lambda scene, shown, origin: moments_of(_features(scene, shown, origin)),
    Probabilities: _probabilities,
    Embedder: lambda _scene, _shown, origin: PixelEmbedder(replace(origin, count=0)),
    GeneratorLike: lambda scene, _shown, _origin: scene.generator,
    Contest: _contest,
}
