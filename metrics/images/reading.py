"""One image file → RGB pixels, by stated rules.

Grey is repeated in three channels and 16-bit grey scaled to 8 bits; an alpha channel is dropped and a palette
resolved, as Pillow's conversion to RGB does; CMYK is converted; the first frame of an animation counts; EXIF
orientation is not applied. The same rules, but for 16 bits, as pytorch-fid and torch-fidelity follow.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from metrics.errors import ImageReadError

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
LARGEST_PIXELS = 64_000_000


def read_image(source: Path | io.BytesIO, name: str = "") -> UInt8[Tensor, "3 h w"]:
    """Pixels of an image file as RGB.

    Args:
        source: the file, or its bytes.
        name: what messages call it; its path if nobody says.

    Returns:
        uint8 (3, height, width).

    Raises:
        ImageReadError: not an image, truncated, or larger than 64 megapixels.
    """
    name = name or str(source)
    try:
        with Image.open(source) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise ImageReadError(
                    f"{name} has {image.width}×{image.height} pixels, more than 64 million; make it smaller."
                )
            pixels = as_rgb(image)
    except ImageReadError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # Pillow's own words name an address in memory.
        reason = "of no known format" if isinstance(error, UnidentifiedImageError) else error
        raise ImageReadError(f"{name} can't be read as an image ({reason}); repair or remove it.") from error
    return torch.from_numpy(pixels).permute(2, 0, 1)


def as_rgb(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Pixels (h, w, 3) by this module's rules."""
    if image.mode.startswith("I"):  # 16 bits, sometimes held in 32
        grey = np.asarray(image).astype(np.float64) / 257
        return np.repeat(grey.round().clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    return np.array(image.convert("RGB"))
