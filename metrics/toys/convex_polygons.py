"""Convex polygons: a manifold of images to which the distance is known, so that precision and recall are.

Lucic, Kurach, Michalski, Gelly, Bousquet: Are GANs Created Equal? A Large-Scale Study, NeurIPS 2018,
section 5.1, arXiv:1711.10337.

The images are white triangles on black. It is no metric of the catalogue, since it says nothing of a
generator that was trained on anything else. Both searches may miss the nearest image, so both shares are
lower bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import EvidenceMismatchError
from metrics.evidence.networks import GeneratorLike
from metrics.images.matching import unit_images
from metrics.statistics.chance import random_state
from metrics.statistics.inversion import invert
from metrics.statistics.resampling import Interval, wilson_interval

SIZE_PX = 28
CORNERS = 3
LEAST_AREA_PX = 40.0
NEAR = 0.75
"""Euclidean distance, with grey values from 0 to 1, up to which an image is on the manifold (section 5.1)."""
CANDIDATES = 2000


@dataclass(frozen=True)
class PolygonScores:
    """Shares with their 95 % intervals, and their harmonic mean.

    Attributes:
        precision: share of generated images that are as good as triangles.
        recall: share of triangles that the generator can make.
        f1: harmonic mean of both; 0 where both are.
    """

    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float


def draw_corners(count: int, seed: int) -> Float[Tensor, "n 6"]:
    """Corners of random triangles, x and y of each in pixels, none of them a sliver.

    Args:
        count: how many triangles.
        seed: fixes them.
    """
    random = random_state(seed)
    found: list[Tensor] = []
    while sum(map(len, found)) < count:
        corners = torch.from_numpy(random.uniform(2, SIZE_PX - 2, (4 * count, 2 * CORNERS))).float()
        found.append(corners[_areas(corners).abs() >= LEAST_AREA_PX])
    return torch.cat(found)[:count]


def render(corners: Float[Tensor, "n 6"]) -> Float[Tensor, "n 1 28 28"]:
    """Triangles as images with values from 0 to 1, differentiable; edges are smooth over one pixel.

    Args:
        corners: x and y of each corner, in pixels from the upper left.
    """
    points = corners.reshape(-1, CORNERS, 2)
    edges = points.roll(-1, dims=1) - points
    middles = torch.arange(SIZE_PX, dtype=corners.dtype) + 0.5
    down, across = torch.meshgrid(middles, middles, indexing="ij")
    # Signed distance of each pixel to each edge's line, positive inside whichever way round the corners go.
    x, y = points[..., 0, None, None], points[..., 1, None, None]
    step_x, step_y = edges[..., 0, None, None], edges[..., 1, None, None]
    length = edges.square().sum(dim=2).clamp(min=1e-6).sqrt()[..., None, None]
    distance = (step_x * (down - y) - step_y * (across - x)) / length
    inside = torch.sign(_areas(corners))[:, None, None, None] * distance
    return (inside.amin(dim=1) + 0.5).clamp(0, 1)[:, None]


def distance_to_triangles(
    images: Float[Tensor, "n 1 28 28"], *, starts: int = 3, steps: int = 150, seed: int = 0
) -> Float[Tensor, " n"]:
    """Euclidean distance of each image to the nearest triangle that a search finds.

    Args:
        images: values from 0 to 1.
        starts: the search starts from so many of the nearest among 2,000 random triangles.
        steps: gradient steps from each.
        seed: fixes the random triangles.
    """
    bank = draw_corners(CANDIDATES, seed)
    far = torch.cdist(images.flatten(1), render(bank).flatten(1))
    nearest = far.topk(starts, dim=1, largest=False).indices
    return _reached(
        lambda corners: render(SIZE_PX * corners), images, bank[nearest.T] / SIZE_PX, steps, 0.005
    )


def score(
    generator: GeneratorLike,
    *,
    images: int = 200,
    starts: int = 5,
    steps: int = 150,
    learning_rate: float = 0.05,
    seed: int = 0,
) -> PolygonScores:
    """Precision, recall and F1 of a generator that was trained on triangles.

    Args:
        generator: makes grey images of 28 × 28; differentiable.
        images: how many generated images, and as many triangles.
        starts: latents from which each triangle is looked for; triangles start a search in the same number.
        steps: gradient steps from each.
        learning_rate: of the search in latents.
        seed: fixes latents and triangles.

    Raises:
        EvidenceMismatchError: the generator makes other images.
        MissingEvidenceError: its images can't be differentiated.

    Source: Lucic et al. 2018, section 5.1; checked on generators whose precision and recall are known.
    """
    if tuple(generator.image_shape) != (1, SIZE_PX, SIZE_PX):
        raise EvidenceMismatchError(
            f"The generator makes images of shape {tuple(generator.image_shape)}; "
            f"train one on triangles of shape {(1, SIZE_PX, SIZE_PX)}."
        )
    with torch.no_grad():
        made = unit_images(generator, generator.sample_latent(images, seed)).float()
    good = int((distance_to_triangles(made, starts=starts, steps=steps, seed=seed) <= NEAR).sum())
    wanted = render(draw_corners(images, seed + 1))
    latents = generator.sample_latent(starts * images, seed + 1).reshape(starts, images, -1)
    errors = _reached(lambda z: unit_images(generator, z), wanted, latents, steps, learning_rate)
    covered = int((errors <= NEAR).sum())
    precision, recall = good / images, covered / images
    return PolygonScores(
        precision=precision,
        precision_interval=wilson_interval(good, images),
        recall=recall,
        recall_interval=wilson_interval(covered, images),
        f1=2 * precision * recall / (precision + recall) if good + covered else 0.0,
    )


def _areas(corners: Float[Tensor, "n 6"]) -> Float[Tensor, " n"]:
    """Signed area of each triangle, in square pixels."""
    one, two, three = corners.reshape(-1, CORNERS, 2).unbind(dim=1)
    (ax, ay), (bx, by) = (two - one).unbind(dim=1), (three - one).unbind(dim=1)
    return (ax * by - ay * bx) / 2


def _reached(
    make: Callable[[Tensor], Tensor], targets: Tensor, starts: Tensor, steps: int, learning_rate: float
) -> Float[Tensor, " n"]:
    """Euclidean distance of each target to the nearest image that a search makes."""
    found = invert(make, targets, starts, steps=steps, learning_rate=learning_rate).errors
    return (found * math.prod(targets.shape[1:])).sqrt()
