"""How the demo's images are presented, photographs and generated ones alike. Pure.

Fashion-MNIST's photographs were prepared: cut out on black, stretched until the brightest pixel is white,
padded with black. Generators do not repeat this exactly, so a border, a black level or a white level told
which images are real (docs/decisions/0018-demo-borders.md). Here both kinds go through the same preparation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_PX = 2
"""Width of the black frame: the photographs' padding from 28 × 28 to 32 × 32 pixels."""

WHITE_FROM = 0.985
"""Share of a picture's pixels that are darker than its white; the brightest ones all become white."""

GREY_LEVELS = 8
"""Steps from black to white. Finer differences are hard to see, yet they told generated images."""

WORDS = f"frame of {FRAME_PX} black pixels, contrast stretched to white, {GREY_LEVELS} grey levels"

Pixels = NDArray[np.uint8]


def present(images: Pixels) -> Pixels:
    """Give each image the same frame, the same black and white, and the same grey levels.

    Args:
        images: (n, h, w, channels), uint8; h and w more than twice the frame's width.

    Returns:
        As many images of the same size.
    """
    inner = images[:, FRAME_PX:-FRAME_PX, FRAME_PX:-FRAME_PX].astype(np.float64)
    white = np.quantile(inner, WHITE_FROM, axis=(1, 2, 3), keepdims=True)
    brightness = np.minimum(inner / np.maximum(white, 1), 1)
    level = np.minimum(np.floor(brightness * GREY_LEVELS), GREY_LEVELS - 1)
    drawn = np.rint(level * (255 / (GREY_LEVELS - 1))).astype(np.uint8)
    frame = (FRAME_PX, FRAME_PX)
    return np.pad(drawn, ((0, 0), frame, frame, (0, 0)))
