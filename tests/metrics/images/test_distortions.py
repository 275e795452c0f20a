from __future__ import annotations

import math

import pytest
import torch

from metrics.images.distortions import (
    PIXELS,
    blur,
    noise,
    occlusion,
    salt_and_pepper,
    shuffled_patches,
    swirl,
)


def _chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def images():
    coarse = torch.rand(8, 3, 4, 4, generator=_chance())
    return 255 * torch.nn.functional.interpolate(coarse, (24, 20), mode="bilinear")


@pytest.mark.parametrize("name", PIXELS)
def test_every_distortion_starts_at_nothing_and_grows(name, images):
    before = images.clone()
    changed = [PIXELS[name](images, strength, _chance()) for strength in (0.0, 0.5, 1.0)]
    distances = [float((one - images).square().mean()) for one in changed]
    assert distances[0] < 1e-3
    assert distances[0] < distances[1] < distances[2]
    assert torch.equal(images, before)
    assert all(0 <= float(one.min()) <= float(one.max()) <= 255 for one in changed)
    assert torch.equal(changed[2], PIXELS[name](images, 1.0, _chance()))


def test_noise_has_its_standard_deviation():
    grey = torch.full((4, 3, 50, 50), 127.5)
    assert float((noise(grey, 0.25, _chance()) - grey).std()) == pytest.approx(20, rel=0.03)


def test_a_blurred_point_spreads_as_a_gaussian_and_keeps_its_light():
    point = torch.zeros(1, 1, 51, 51)
    point[0, 0, 25, 25] = 255
    found = blur(point, 0.5, _chance())[0, 0] / 255
    places = torch.arange(51.0) - 25
    assert float(found.sum()) == pytest.approx(1, abs=1e-4)
    assert math.sqrt(float((found.sum(dim=0) * places.square()).sum())) == pytest.approx(
        0.5 * 0.08 * 51, rel=1e-2
    )


def test_a_swirl_leaves_the_corners_and_a_round_image_alone():
    places = torch.linspace(-1, 1, 41)
    disc = 255 * (torch.hypot(places[:, None], places[None]) < 0.5).float()[None, None]
    assert float((swirl(disc, 1.0, _chance()) - disc).abs().mean()) < 5
    flat = torch.rand(1, 1, 41, 41, generator=_chance())
    assert swirl(flat, 1.0, _chance())[0, 0, 0, 0] == pytest.approx(float(flat[0, 0, 0, 0]), abs=1e-5)


def test_salt_and_pepper_strikes_its_share_in_all_channels_alike():
    grey = torch.full((4, 3, 50, 50), 100.0)
    found = salt_and_pepper(grey, 1.0, _chance())
    assert float((found != 100).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert set(found.unique().tolist()) == {0.0, 100.0, 255.0}
    assert torch.equal(found[:, 0], found[:, 1])


def test_an_occlusion_is_one_rectangle_of_its_size():
    found = occlusion(torch.full((3, 1, 20, 10), 9.0), 1.0, _chance())
    assert (found == 0).sum(dim=(1, 2, 3)).tolist() == [14 * 7] * 3


def test_shuffled_patches_keep_every_pixel():
    images = torch.arange(3 * 64.0).reshape(3, 1, 8, 8)
    found = shuffled_patches(images, 1.0, _chance())
    assert torch.equal(found.flatten(1).sort().values, images.flatten(1))
    half = shuffled_patches(images, 1 / 3, _chance())
    assert sum(not torch.equal(a, b) for a, b in zip(half, images, strict=True)) == 1
