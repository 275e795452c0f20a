from __future__ import annotations

import math

import numpy as np
import piq
import pytest
import torch
import torchmetrics.functional.image as peers

from metrics.errors import InvalidEvidenceError
from metrics.statistics.structural import (
    decibels,
    fitting_scales,
    gradient_errors,
    multiscale_similarity,
    squared_errors,
    structural_similarity,
)


@pytest.fixture(scope="module")
def small(lcg):
    one = lcg(7, 1, 3, 48, 48)
    return one, (one + 0.1 * (lcg(8, 1, 3, 48, 48) - 0.5)).clip(0, 1)


@pytest.fixture(scope="module")
def large(lcg):
    one = lcg(9, 1, 3, 192, 192)
    return one, (one + 0.4 * (lcg(10, 1, 3, 192, 192) - 0.5)).clip(0, 1)


def test_ssim_is_piqs_and_nearly_torchmetrics(small):
    one, other = small
    ours = float(structural_similarity(255 * one, 255 * other))
    assert ours == pytest.approx(float(piq.ssim(one, other, downsample=False)), abs=1e-6)
    # torchmetrics pads the edges by reflection and averages over them too.
    padded = peers.structural_similarity_index_measure(other, one, data_range=1.0)
    assert ours == pytest.approx(float(padded), abs=2e-4)


def test_multiscale_ssim_is_piqs_and_nearly_torchmetrics(large):
    one, other = large
    ours = float(multiscale_similarity(255 * one, 255 * other, 5))
    assert ours == pytest.approx(float(piq.multi_scale_ssim(one, other)), abs=1e-6)
    padded = peers.multiscale_structural_similarity_index_measure(other, one, data_range=1.0)
    assert ours == pytest.approx(float(padded), abs=5e-4)


def test_identical_images_are_alike_whatever_they_show(small):
    one, _ = small
    for images in (255 * one, torch.zeros(2, 1, 30, 20), torch.full((1, 3, 24, 24), 255.0)):
        assert structural_similarity(images, images).tolist() == pytest.approx([1.0] * len(images))
        assert multiscale_similarity(images, images, 1).tolist() == pytest.approx([1.0] * len(images))


def test_flat_images_have_the_closed_form_of_the_luminance():
    c1 = (0.01 * 255) ** 2
    found = structural_similarity(torch.full((1, 1, 16, 16), 100.0), torch.full((1, 1, 16, 16), 50.0))
    assert float(found) == pytest.approx((2 * 100 * 50 + c1) / (100**2 + 50**2 + c1))


def test_psnr_is_torchmetrics(small):
    one, other = small
    ours = decibels(float(squared_errors(255 * one, 255 * other)))
    assert ours == pytest.approx(float(peers.peak_signal_noise_ratio(other, one, data_range=1.0)), abs=1e-5)
    assert ours == pytest.approx(30.846020417780977)
    assert decibels(0.0) == math.inf


def test_gradients_by_hand():
    ramp = torch.arange(5.0).expand(1, 1, 4, 5)  # |dx| = 1, |dy| = 0
    assert gradient_errors(ramp, 3 * ramp).tolist() == [2.0]
    assert gradient_errors(ramp, ramp + 7).tolist() == [0.0]


def test_gradients_as_numpy_has_them(small):
    def lengths(image):
        across, down = np.abs(np.diff(image, axis=-1)), np.abs(np.diff(image, axis=-2))
        return across[:, :, 1:, :] + down[:, :, :, 1:]

    one, other = small
    expected = np.abs(lengths(one.numpy()) - lengths(other.numpy())).mean()
    assert float(gradient_errors(one, other)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("side", "scales"), [(11, 1), (21, 1), (22, 2), (32, 2), (175, 4), (176, 5), (999, 5)]
)
def test_small_images_have_fewer_scales(side, scales):
    assert fitting_scales(side, side + 100) == scales
    images = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(0))
    assert float(multiscale_similarity(images, images, scales)) == pytest.approx(1)


def test_an_image_smaller_than_the_window_is_refused():
    with pytest.raises(InvalidEvidenceError, match="11 × 11"):
        structural_similarity(torch.zeros(1, 1, 10, 30), torch.zeros(1, 1, 10, 30))
