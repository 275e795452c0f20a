"""How stored images are encoded for the screen."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from evalsite.samples.images import decode


def encode_stimulus(data: bytes, *, side_px: int) -> bytes:
    """An image as every rater gets every image: a square RGB PNG, uncompressed, without metadata.

    Uncompressed because a compressed file's size tells smooth images from noisy ones: all stimuli of one
    side length have the very same byte count. An image that isn't square loses the ends of its longer side;
    one of another size is resampled (Lanczos).

    Args:
        data: Bytes of a stored image.
        side_px: Side length of the result, pixels.

    Raises:
        RefusedImageError: the bytes are not an image.
    """
    image = _rgb(data)
    if image.size != (side_px, side_px):
        image = ImageOps.fit(image, (side_px, side_px), method=Image.Resampling.LANCZOS)
    return _png(image, compress_level=0)


def encode_thumbnail(data: bytes, *, side_px: int) -> bytes:
    """The whole image as a small RGB PNG for staff pages, at most ``side_px`` wide and high."""
    image = _rgb(data)
    image.thumbnail((side_px, side_px))
    return _png(image, compress_level=6)


def _rgb(data: bytes) -> Image.Image:
    image = decode(data).image.convert("RGB")
    return Image.frombytes("RGB", image.size, image.tobytes())  # nothing attached travels on


def _png(image: Image.Image, *, compress_level: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=compress_level)
    return buffer.getvalue()
