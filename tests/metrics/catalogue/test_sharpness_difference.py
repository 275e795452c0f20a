from __future__ import annotations

import math

import numpy as np

from metrics import open_images
from metrics.catalogue.sharpness_difference import sharpness_difference
from tests.support.agreement import agrees


def test_a_ramp_twice_as_steep_by_hand():
    ramp = np.broadcast_to(10 * np.arange(12, dtype=np.uint8)[:, None], (3, 12, 12, 1)).copy()
    found = sharpness_difference(open_images(ramp), open_images(2 * ramp), pairing="position")
    agrees(found["sharpness_difference"].value, 10 * math.log10(255 / 10), against="by hand", rel=1e-6)


def test_brightness_is_not_sharpness_and_copies_are_perfect(pictures_of):
    real = pictures_of(0, 4) // 2
    for made in (real, real + 20):
        found = sharpness_difference(open_images(real), open_images(made), pairing="position")
        assert found["sharpness_difference"].value == math.inf


def test_blur_and_noise_both_count(pictures_of):
    real = pictures_of(0, 10)
    blurred = ((real.astype(int) + np.roll(real, 1, axis=1) + np.roll(real, 1, axis=2)) // 3).astype(np.uint8)
    noisy = np.clip(real + np.random.default_rng(0).normal(0, 20, real.shape), 0, 255).astype(np.uint8)
    for made in (blurred, noisy):
        found = sharpness_difference(open_images(real), open_images(made), pairing="position")
        assert found["sharpness_difference"].value < 40
