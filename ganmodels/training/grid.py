"""Sample grids: one picture of many images."""

from pathlib import Path

import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

_GAP_PX = 2


def save_grid(images: UInt8[Tensor, "n c h w"], path: Path, columns: int = 8) -> None:
    """Writes images as one PNG, row by row, with a gap of 2 px on white."""
    save_png(lay_out(images, columns), path)


def lay_out(images: UInt8[Tensor, "n c h w"], columns: int = 8) -> UInt8[Tensor, "c y x"]:
    """Puts images in rows of `columns` on one white picture, with a gap of 2 px."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    canvas = torch.full(
        (channels, rows * (height + _GAP_PX) + _GAP_PX, columns * (width + _GAP_PX) + _GAP_PX),
        255,
        dtype=torch.uint8,
    )
    for index, image in enumerate(images):
        top = _GAP_PX + (index // columns) * (height + _GAP_PX)
        left = _GAP_PX + (index % columns) * (width + _GAP_PX)
        canvas[:, top : top + height, left : left + width] = image
    return canvas


def save_png(image: UInt8[Tensor, "c h w"], path: Path) -> None:
    """Writes one image, grey or RGB, as PNG."""
    pixels = image.permute(1, 2, 0).numpy()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(path)
