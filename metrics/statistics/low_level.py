"""What early vision sees of an image: brightness, contrast, how fast detail fades, what filters answer.

All take images (n, c, h, w) with grey values from 0 to 255, look at their luminance and give float64.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidEvidenceError

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue (ITU-R BT.601)."""
WHITE = 255.0
FAINTEST = 1e-12  # of a squared grey value from 0 to 1: what rounding leaves of nothing
LEAST_PX = 8
ORIENTATIONS = 4
WAVELENGTHS_PX = (4.0, 8.0)


def luminance_of(images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n h w"]:
    """Luminance from 0 to 1."""
    if images.shape[1] == 1:
        return images[:, 0].double() / WHITE
    return torch.einsum("nchw,c->nhw", images.double(), torch.tensor(LUMA, dtype=torch.float64)) / WHITE


def mean_luminance(images: Float[Tensor, "n h w"]) -> Float[Tensor, "n 1"]:
    """Mean of each image's luminance."""
    return images.mean(dim=(1, 2))[:, None]


def contrast(images: Float[Tensor, "n h w"]) -> Float[Tensor, "n 1"]:
    """Root mean square contrast: the standard deviation of each image's luminance."""
    return images.std(dim=(1, 2), correction=0)[:, None]


def spectrum_slope(images: Float[Tensor, "n h w"]) -> Float[Tensor, "n 1"]:
    """Slope of log power over log frequency: about -2 for photographs, 0 for white noise.

    The power is averaged over orientations in rings one cycle per image wide, from 2 cycles to half the
    shorter side; a ring weighs as much as it has frequencies in the least squares. A Hann window hides
    the border, where left and right, above and below don't meet, and with it what a single cycle holds. A
    flat image has the slope 0.

    Raises:
        InvalidEvidenceError: a side of fewer than 8 pixels, which holds too few frequencies.

    Source: Field 1987; Zeng, Lu, Borji 2017, section 3; checked on noise of known spectrum.
    """
    height, width = images.shape[1:]
    if min(height, width) < LEAST_PX:
        raise InvalidEvidenceError(
            f"Images of {width} × {height} pixels have no spectrum to speak of; "
            f"give images of at least {LEAST_PX} × {LEAST_PX}."
        )
    window = torch.outer(_hann(height), _hann(width))
    centred = images - (images * window).sum(dim=(1, 2), keepdim=True) / window.sum()
    power = torch.fft.fft2(centred * window).abs().square()
    down, across = torch.fft.fftfreq(height) * height, torch.fft.fftfreq(width) * width
    # Of images that are not square, cycles along the longer side are counted per length of the shorter.
    side = min(height, width)
    radius = torch.hypot(down[:, None] * side / height, across[None] * side / width).round().long()
    rings = torch.arange(2, side // 2 + 1)
    means = torch.stack([power[:, radius == ring].mean(dim=1) for ring in rings.tolist()], dim=1)
    weights = torch.stack([(radius == ring).sum() for ring in rings.tolist()]).double()
    over = rings.double().log()
    over = over - (weights * over).sum() / weights.sum()
    return ((means + FAINTEST).log() @ (weights * over) / (weights * over.square()).sum())[:, None]


def derivative_responses(images: Float[Tensor, "n h w"]) -> Float[Tensor, "n 2"]:
    """Root mean square difference between neighbours, across and down."""
    across, down = images.diff(dim=2), images.diff(dim=1)
    return torch.stack([part.square().mean(dim=(1, 2)).sqrt() for part in (across, down)], dim=1)


def gabor_responses(images: Float[Tensor, "n h w"]) -> Float[Tensor, "n f"]:
    """Root mean square response of Gabor filters: two wavelengths, four orientations, both phases together.

    The Gaussian's standard deviation is half the wavelength, about one octave of bandwidth; the filters
    see no mean. Filters that are longer than the image are left out.

    Source: Daugman 1985; Zeng, Lu, Borji 2017, section 3.
    """
    side = min(images.shape[1:])
    answers = []
    for wavelength in WAVELENGTHS_PX:
        filters = gabor_filters(wavelength)
        if filters.shape[-1] <= side:
            found = torch.nn.functional.conv2d(images[:, None], filters)
            both = found.unflatten(1, (ORIENTATIONS, 2)).square().sum(dim=2)
            answers.append(both.mean(dim=(2, 3)).sqrt())
    return torch.cat(answers, dim=1) if answers else torch.zeros(len(images), 1, dtype=torch.float64)


def gabor_filters(wavelength_px: float) -> Float[Tensor, "f 1 side side"]:
    """Even and odd filters of each orientation, without a mean, with a norm of 1.

    Args:
        wavelength_px: of the wave, in pixels.
    """
    sigma = wavelength_px / 2
    reach = math.ceil(2 * sigma)
    places = torch.arange(-reach, reach + 1, dtype=torch.float64)
    hill = torch.exp(-(places[:, None].square() + places[None].square()) / (2 * sigma**2))
    filters = []
    for orientation in range(ORIENTATIONS):
        angle = math.pi * orientation / ORIENTATIONS
        phase = (places[None] * math.cos(angle) + places[:, None] * math.sin(angle)) * 2 * math.pi
        for wave in (torch.cos(phase / wavelength_px), torch.sin(phase / wavelength_px)):
            filtered = hill * (wave - (hill * wave).sum() / hill.sum())
            filters.append(filtered / filtered.norm())
    return torch.stack(filters)[:, None]


def _hann(side: int) -> Float[Tensor, " side"]:
    return torch.hann_window(side + 2, periodic=False, dtype=torch.float64)[1:-1]
