from __future__ import annotations

import numpy as np
import piq
import pytest
import torch

from metrics import open_images
from metrics.catalogue.ssim import ssim
from tests.support.agreement import agrees


def test_reconstructions_as_piq_has_them(pictures_of):
    real, made = pictures_of(0, 6, side=24), pictures_of(1, 6, side=24)
    found = ssim(open_images(real), open_images(made), pairing="position")["ssim"]
    one, other = (torch.from_numpy(a).permute(0, 3, 1, 2).double() / 255 for a in (real, made))
    expected = float(piq.ssim(one, other, downsample=False))
    agrees(found.value, expected, against="piq", abs_=1e-6)
    assert found.low < found.value < found.high


def test_copies_are_perfect_in_any_order(pictures_of):
    real = pictures_of(0, 6, side=24)
    found = ssim(open_images(real), open_images(real[::-1].copy()))["ssim"]
    assert found.value == pytest.approx(1)
    assert "nearest to it in pixels" in found.notes[0]


def test_noise_lowers_it(pictures_of):
    real = pictures_of(0, 20, side=24)
    noise = np.random.default_rng(0).normal(0, 20, real.shape)
    noisy = np.clip(real + noise, 0, 255).astype(np.uint8)
    assert ssim(open_images(real), open_images(noisy))["ssim"].value < 0.99
