"""Image shapes that the networks are made for."""

from ganmodels.errors import ImageShapeError

ImageShape = tuple[int, int, int]
"""Channels, height, width."""

_SMALLEST_BASE, _LARGEST_BASE = 3, 7
_SIZES_PX = (16, 1024)


def halvings(shape: ImageShape) -> int:
    """Counts how often the image's side can be halved until 3 to 7 pixels are left: 28 → 2, 32 → 3, 64 → 4.

    Raises:
        ImageShapeError: not square, neither grey nor colour, or no such count exists.
    """
    channels, height, width = shape
    count, side = 0, height
    while side % 2 == 0 and side > _LARGEST_BASE:
        count, side = count + 1, side // 2
    fits = channels in (1, 3) and height == width and _SIZES_PX[0] <= height <= _SIZES_PX[1]
    if not fits or not _SMALLEST_BASE <= side <= _LARGEST_BASE:
        raise ImageShapeError(
            f"images of {channels}×{height}×{width} (channels, height, width) fit no network here; "
            "give square images with 1 or 3 channels of 28, 32, 48, 64, 96 or 128 px"
        )
    return count
