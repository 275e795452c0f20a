"""How alike two images are pixel by pixel: structural similarity at one scale or several, errors in decibels.

Images are grey values from 0 to 255; a number of a pair is the mean over its channels. Everything is computed
in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import avg_pool2d

from metrics.errors import InvalidEvidenceError

WHITE = 255.0
WINDOW_PX, WINDOW_SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, the finest first (Wang, Simoncelli, Bovik 2003, section 3.2)."""
BLOCK = 64


@dataclass(frozen=True)
class Similarities:
    """For each pair and channel (n, c): the whole index, and its part without the luminance."""

    whole: Float[Tensor, "n c"]
    contrast_structure: Float[Tensor, "n c"]


def structural_similarity(
    one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"]
) -> Float[Tensor, " n"]:
    """SSIM of each pair: 1 for identical images, at least -1.

    A Gaussian window of 11 × 11 with sigma 1.5, only where it lies wholly within the image.

    Args:
        one: images (n, c, h, w) with values from 0 to 255.
        other: as many of that shape, the other of each pair.

    Raises:
        InvalidEvidenceError: a side is shorter than the window.

    Source: Wang, Bovik, Sheikh, Simoncelli 2004, equation 13; checked against piq and torchmetrics.
    """
    blocks = zip(one.split(BLOCK), other.split(BLOCK), strict=True)
    return torch.cat([_similarities(a.double(), b.double()).whole.mean(dim=1) for a, b in blocks])


def multiscale_similarity(
    one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"], scales: int
) -> Float[Tensor, " n"]:
    """MS-SSIM of each pair, in [0, 1]: 1 for identical images.

    Args:
        one: images.
        other: as many images.
        scales: how many of the paper's five, the finest first; their weights are scaled to the
            sum of all five, which is 1.0001 as published.

    Raises:
        InvalidEvidenceError: a side is shorter than the window at the coarsest scale.

    Source: Wang, Simoncelli, Bovik 2003, equation 7; negative factors count as 0, as in piq and
    torchmetrics, against which it is checked.
    """
    share = sum(SCALE_WEIGHTS) / sum(SCALE_WEIGHTS[:scales])
    weights = [weight * share for weight in SCALE_WEIGHTS[:scales]]
    blocks = zip(one.split(BLOCK), other.split(BLOCK), strict=True)
    return torch.cat([_over_scales(a.double(), b.double(), weights) for a, b in blocks])


def fitting_scales(height: int, width: int, wanted: int = len(SCALE_WEIGHTS)) -> int:
    """How many scales an image is large enough for, each half as fine as the one before.

    Args:
        height: of the image, in pixels.
        width: of the image, in pixels.
        wanted: most scales.

    Raises:
        InvalidEvidenceError: it is too small even for one.
    """
    side = min(height, width)
    if side < WINDOW_PX:
        raise InvalidEvidenceError(
            f"Images of {width} × {height} pixels are smaller than SSIM's window; "
            f"give images of at least {WINDOW_PX} × {WINDOW_PX}."
        )
    return min(wanted, 1 + int(math.log2(side / WINDOW_PX)))


def decibels(error: float, power: float = WHITE**2) -> float:
    """10 log10(power / error): infinite for no error.

    Args:
        error: at least 0.
        power: what it is measured by; the square of white by default.
    """
    return 10 * math.log10(power / error) if error > 0 else math.inf


def squared_errors(one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
    """Mean squared difference of the values of each pair, float64 (n,).

    Args:
        one: images (n, c, h, w) with values from 0 to 255.
        other: as many of that shape, the other of each pair.
    """
    return (one.double() - other.double()).square().mean(dim=(1, 2, 3))


def gradient_errors(one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
    """Mean difference, without sign, of the gradients' lengths |dx| + |dy| of each pair, float64 (n,).

    Args:
        one: images (n, c, h, w) with values from 0 to 255.
        other: as many of that shape, the other of each pair.

    Source: Mathieu, Couprie, LeCun 2016, equation 11, differences to the pixel before.
    """
    return (_gradients(one.double()) - _gradients(other.double())).abs().mean(dim=(1, 2, 3))


def _gradients(images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h1 w1"]:
    inner = images[:, :, 1:, 1:]
    return (inner - images[:, :, :-1, 1:]).abs() + (inner - images[:, :, 1:, :-1]).abs()


def _similarities(one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"]) -> Similarities:
    height, width = one.shape[2:]
    fitting_scales(height, width)
    down, across = _window(height), _window(width)

    def local(images: Tensor) -> Tensor:
        return down @ images @ across.T

    mean_one, mean_other = local(one), local(other)
    variance_one = local(one.square()) - mean_one.square()
    variance_other = local(other.square()) - mean_other.square()
    covariance = local(one * other) - mean_one * mean_other
    c1, c2 = (K1 * WHITE) ** 2, (K2 * WHITE) ** 2
    structure = (2 * covariance + c2) / (variance_one + variance_other + c2)
    luminance = (2 * mean_one * mean_other + c1) / (mean_one.square() + mean_other.square() + c1)
    return Similarities((luminance * structure).mean(dim=(2, 3)), structure.mean(dim=(2, 3)))


def _window(side: int) -> Float[Tensor, "valid side"]:
    """The Gaussian window along one axis as a matrix: row i averages pixels i to i + 10."""
    places = torch.arange(WINDOW_PX, dtype=torch.float64) - WINDOW_PX // 2
    weights = torch.exp(-places.square() / (2 * WINDOW_SIGMA**2))
    rows = torch.zeros(side - WINDOW_PX + 1, side, dtype=torch.float64)
    for row in range(len(rows)):
        rows[row, row : row + WINDOW_PX] = weights / weights.sum()
    return rows


def _over_scales(
    one: Float[Tensor, "n c h w"], other: Float[Tensor, "n c h w"], weights: list[float]
) -> Float[Tensor, " n"]:
    product = torch.ones(one.shape[:2], dtype=torch.float64)
    for scale, weight in enumerate(weights):
        found = _similarities(one, other)
        last = scale == len(weights) - 1
        factor = found.whole if last else found.contrast_structure
        product = product * factor.clamp(min=0) ** weight
        one, other = avg_pool2d(one, 2), avg_pool2d(other, 2)
    return product.mean(dim=1)
