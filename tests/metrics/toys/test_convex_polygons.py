from __future__ import annotations

import pytest
import torch

from metrics.errors import EvidenceMismatchError
from metrics.toys.convex_polygons import NEAR, distance_to_triangles, draw_corners, render, score


class Triangles:
    """Makes triangles whose corners the latents say, or nearly the same one always; half may be spoiled."""

    image_shape = (1, 28, 28)
    image_range = (0.0, 1.0)
    latent_size = 6

    def __init__(self, *, spoiled: bool = False, collapsed: bool = False) -> None:
        self.provenance = {"name": "triangles"}
        self.spoiled, self.collapsed = spoiled, collapsed

    def sample_latent(self, count, seed, *, start=0):
        corners = draw_corners(start + count, seed)[start:]
        return torch.special.logit((corners - 2) / 24, eps=1e-3)

    def images(self, latents):
        anywhere, near_one = (
            2 + 24 * latents.sigmoid(),
            torch.tensor([5.0, 5, 22, 6, 9, 23]) + latents.sigmoid(),
        )
        clean = render(near_one if self.collapsed else anywhere)
        if not self.spoiled:
            return clean
        grey = torch.where(latents[:, 0] > 0, 0.5, 0.0)
        return (clean + grey[:, None, None, None]).clamp(0, 1)

    def iter_samples(self, count, seed, *, batch_size=64, start=0):
        yield from self.sample(count, seed, start=start).split(batch_size)

    def sample(self, count, seed, *, start=0):
        return (255 * self.images(self.sample_latent(count, seed, start=start))).round().byte()


def test_a_rendered_triangle_has_its_area_whichever_way_its_corners_go():
    corners = torch.tensor([[4.0, 4.0, 24.0, 4.0, 4.0, 24.0], [4.0, 4.0, 4.0, 24.0, 24.0, 4.0]])
    images = render(corners)
    assert images.sum(dim=(1, 2, 3)).tolist() == pytest.approx([200, 200], rel=0.02)
    assert torch.equal(images[0], images[1])


def test_drawn_triangles_are_no_slivers_and_the_same_for_a_seed():
    corners = draw_corners(50, 3)
    assert torch.equal(corners, draw_corners(50, 3))
    assert render(corners).sum(dim=(1, 2, 3)).min() > 25


def test_triangles_are_on_the_manifold_and_other_images_are_not():
    triangles = render(draw_corners(12, 5))
    assert (distance_to_triangles(triangles, starts=2, steps=60, seed=1) <= NEAR).float().mean() >= 0.8
    square = torch.zeros(1, 1, 28, 28)
    square[..., 6:22, 6:22] = 1
    assert float(distance_to_triangles(square, starts=1, steps=20)) > 3
    half = triangles / 2
    # Of a triangle at half its brightness, black or the triangle itself is as far: half its norm.
    assert (distance_to_triangles(half, starts=1, steps=20) > NEAR).all()


def test_a_perfect_generator_has_both():
    found = score(Triangles(), images=10, starts=2, steps=60, seed=0)
    assert found.precision >= 0.9
    assert found.recall >= 0.8
    assert found.f1 == pytest.approx(2 / (1 / found.precision + 1 / found.recall))
    low, high = found.precision_interval
    assert low < found.precision < high + 1e-9


@pytest.mark.slow
def test_spoiled_images_cost_precision_and_a_single_triangle_recall():
    whole = score(Triangles(), images=10, starts=2, steps=60, seed=0)
    assert score(Triangles(spoiled=True), images=10, starts=2, steps=60).precision < whole.precision - 0.2
    same = score(Triangles(collapsed=True), images=10, starts=2, steps=60)
    assert same.recall < 0.2
    assert same.precision >= 0.9


def test_other_images_are_refused():
    generator = Triangles()
    generator.image_shape = (3, 32, 32)
    with pytest.raises(EvidenceMismatchError, match="28"):
        score(generator)
