"""Stored images that go wrong while the site runs."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps


def alter(place: Path) -> None:
    """Put a valid image with other pixels in an image's place."""
    with Image.open(place) as image:
        negative = ImageOps.invert(image.convert("RGB"))
    buffer = io.BytesIO()
    negative.save(buffer, "PNG")
    place.write_bytes(buffer.getvalue())
