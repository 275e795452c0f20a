from __future__ import annotations

import math

import pytest
import torch

from metrics.statistics.low_level import (
    contrast,
    derivative_responses,
    gabor_filters,
    gabor_responses,
    luminance_of,
    mean_luminance,
    spectrum_slope,
)


def _noise(exponent: float, *, count: int = 40, side: int = 64) -> torch.Tensor:
    """Noise whose power falls with frequency to a power of `exponent`."""
    generator = torch.Generator().manual_seed(0)
    white = torch.randn(count, side, side, generator=generator, dtype=torch.float64)
    frequency = torch.hypot(torch.fft.fftfreq(side)[:, None], torch.fft.fftfreq(side)[None]).double()
    frequency[0, 0] = math.inf
    return torch.fft.ifft2(torch.fft.fft2(white) * frequency ** (exponent / 2)).real


@pytest.mark.parametrize("exponent", [0.0, -1.0, -2.0])
def test_the_slope_of_noise_of_known_spectrum(exponent):
    assert float(spectrum_slope(_noise(exponent)).mean()) == pytest.approx(exponent, abs=0.08)


def test_the_slope_does_not_depend_on_brightness_or_contrast_and_is_0_for_nothing():
    noise = _noise(-2.0, count=3)
    assert torch.allclose(spectrum_slope(noise), spectrum_slope(5 + 3 * noise), atol=1e-6)
    assert spectrum_slope(torch.full((2, 16, 20), 0.3, dtype=torch.float64)).abs().max() < 1e-9


def test_oblong_images_have_the_slope_of_their_spectrum():
    assert float(spectrum_slope(_noise(0.0)[:, :48]).mean()) == pytest.approx(0, abs=0.1)


def test_luminance_contrast_and_derivatives_by_hand():
    board = 255 * (torch.arange(6)[:, None] + torch.arange(6)[None]).remainder(2).float().expand(1, 1, 6, 6)
    light = luminance_of(board)
    assert float(mean_luminance(light)) == pytest.approx(0.5)
    assert float(contrast(light)) == pytest.approx(0.5)
    assert derivative_responses(light).flatten().tolist() == [1, 1]
    green = torch.zeros(1, 3, 4, 4)
    green[:, 1] = 255
    assert float(mean_luminance(luminance_of(green))) == pytest.approx(0.587)


def test_gabor_filters_see_no_mean_and_answer_most_to_their_own_wave():
    filters = gabor_filters(4.0)
    assert filters.sum(dim=(1, 2, 3)).abs().max() < 1e-12
    assert filters.square().sum(dim=(1, 2, 3)).tolist() == pytest.approx([1.0] * 8)
    places = torch.arange(40, dtype=torch.float64)
    stripes = torch.cos(2 * math.pi * places / 4).expand(1, 40, 40)  # vertical, wavelength 4
    answers = gabor_responses(stripes)[0]
    assert int(answers.argmax()) == 0
    assert int(gabor_responses(stripes.transpose(1, 2))[0].argmax()) == 2


def test_an_image_too_small_for_any_filter_has_no_response():
    assert gabor_responses(torch.rand(2, 5, 5, dtype=torch.float64)).tolist() == [[0.0], [0.0]]
