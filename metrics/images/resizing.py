"""Resize filters, as the tools behind published numbers use them, from and to grey values in [0, 255]."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def resize_bilinear(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Bilinear with pixel centres at half-integers and no antialiasing, as torch does by default."""
    return functional.interpolate(pixels, size=(size_px, size_px), mode="bilinear", align_corners=False)


def resize_bilinear_smooth(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Bilinear, antialiased where the image shrinks."""
    return functional.interpolate(
        pixels, size=(size_px, size_px), mode="bilinear", align_corners=False, antialias=True
    )


def resize_bilinear_tf1(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Bilinear as TensorFlow 1 did it: pixel centres at integers, so that all shifts to the upper left."""
    top, bottom, down = _tf1_neighbours(pixels.shape[2], size_px, pixels.device)
    left, right, across = _tf1_neighbours(pixels.shape[3], size_px, pixels.device)
    rows = torch.lerp(pixels[:, :, top], pixels[:, :, bottom], down[:, None])
    return torch.lerp(rows[..., left], rows[..., right], across)


def _tf1_neighbours(size_in: int, size_out: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Lower and upper neighbour of each output pixel on one axis, and the weight of the upper."""
    position = torch.arange(size_out, dtype=torch.float32, device=device) * (size_in / size_out)
    lower = position.floor().long()
    return lower, (lower + 1).clamp(max=size_in - 1), position - lower


def resize_bicubic(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Antialiased bicubic (a = -0.5), as Pillow does on floats, clipped to [0, 255]."""
    return _bicubic(pixels, size_px, size_px).clamp(0, 255)


def resize_bicubic_8bit(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Antialiased bicubic as Pillow does on 8-bit images: rounded after the rows, and again at the end."""
    rows = _bicubic(pixels, pixels.shape[2], size_px).round().clamp(0, 255)
    return _bicubic(rows, size_px, size_px).round().clamp(0, 255)


def crop_and_resize_bicubic_8bit(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """The largest square in the middle, resized by `resize_bicubic_8bit`."""
    height, width = pixels.shape[2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return resize_bicubic_8bit(pixels[:, :, top : top + side, left : left + side], size_px)


def _bicubic(pixels: Tensor, height: int, width: int) -> Tensor:
    return functional.interpolate(
        pixels, size=(height, width), mode="bicubic", align_corners=False, antialias=True
    )
