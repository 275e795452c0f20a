from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import peak_signal_noise_ratio

from metrics import open_images
from metrics.catalogue.psnr import psnr
from tests.support.agreement import agrees


def test_one_error_of_ten_in_every_pixel(pictures_of):
    real = pictures_of(0, 4) // 2
    found = psnr(open_images(real), open_images(real + 10))["psnr"]
    agrees(found.value, 10 * math.log10(255**2 / 100), against="by hand", rel=1e-6)
    assert found.low == pytest.approx(found.value)


def test_reconstructions_as_torchmetrics_has_them(pictures_of):
    real, made = pictures_of(0, 6), pictures_of(1, 6)
    found = psnr(open_images(real), open_images(made), pairing="position")["psnr"].value
    one, other = (torch.from_numpy(a).double() for a in (real, made))
    theirs = peak_signal_noise_ratio(other, one, data_range=255.0)
    agrees(found, theirs, against="torchmetrics", abs_=1e-5)


def test_copies_have_no_error_at_all_and_one_copy_does_not_hide_the_others(pictures_of):
    real = pictures_of(0, 5)
    found = psnr(open_images(real), open_images(real))["psnr"]
    assert (found.value, found.low, found.high) == (math.inf, math.inf, math.inf)
    mixed = np.concatenate([real[:1], real[1:] // 2])
    assert 0 < psnr(open_images(real), open_images(mixed), pairing="position")["psnr"].value < math.inf
