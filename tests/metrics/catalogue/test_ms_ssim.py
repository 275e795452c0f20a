from __future__ import annotations

import numpy as np
import piq
import pytest
import torch

from metrics import open_images
from metrics.catalogue.ms_ssim import ms_ssim
from tests.support.agreement import agrees


def test_reconstructions_of_full_size_as_piq_has_them(pictures_of):
    real = pictures_of(0, 2, side=176)
    made = np.clip(real + np.random.default_rng(0).normal(0, 20, real.shape), 0, 255).astype(np.uint8)
    found = ms_ssim(open_images(real), open_images(made), pairing="position")["ms_ssim"]
    one, other = (torch.from_numpy(a).permute(0, 3, 1, 2).double() / 255 for a in (real, made))
    agrees(found.value, piq.multi_scale_ssim(one, other), against="piq", abs_=1e-6)
    assert found.notes == ()


def test_copies_are_perfect_and_as_diverse_as_the_real_ones(pictures_of):
    real = pictures_of(0, 10, side=32)
    found = ms_ssim(open_images(real), open_images(real[::-1].copy()))
    assert found["ms_ssim"].value == pytest.approx(1)
    assert found["ms_ssim_excess"].value == pytest.approx(0, abs=1e-12)
    assert f"it is {found['ms_ssim_generated'].value:.3f}" in found["ms_ssim_generated"].notes[0]
    assert "room for 2 of 5 scales" in found["ms_ssim"].notes[-1]


def test_one_image_repeated_is_not_diverse(pictures_of):
    real = pictures_of(0, 10, side=32)
    found = ms_ssim(open_images(real), open_images(real[[0] * 10]))
    assert found["ms_ssim_generated"].value == pytest.approx(1)
    assert found["ms_ssim_excess"].low > 0
