"""Which files are images, and by which rule the unusual ones become 8-bit RGB or grey.

Accepted as they are: 8-bit RGB and 8-bit grey. Converted, each by one rule that is kept with the image:
palette, transparency (laid on white), CMYK and YCbCr, 1-bit, 16-bit (the high byte is kept), and a rotation
noted in EXIF (applied). Of the several pictures in a camera's JPEG (MPO) the first is taken.
Refused: what no decoder reads to its end, several frames, more than 64 million pixels (known from the
header, before any pixel is decoded), and 32-bit or Lab values, whose range nobody states.
Colour profiles are ignored.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from evalsite.samples.errors import RefusedImageError

MAX_PIXELS = 64_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
PLAIN_MODES = {"RGB", "L"}
CONVERSIONS = {
    "1": ("L", "1-bit to grey"),
    "P": ("RGB", "palette to RGB"),
    "CMYK": ("RGB", "CMYK to RGB (no colour profile)"),
    "YCbCr": ("RGB", "YCbCr to RGB"),
}
"""Pillow's modes that become plain: to which mode, and the rule's name."""
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DEPTH_OFFSET = 24
_TIFF_BITS_PER_SAMPLE = 258


@dataclass(frozen=True)
class DecodedImage:
    """An image in 8-bit RGB or grey.

    Args:
        image: The pixels, mode ``RGB`` or ``L``.
        format: Format of the file that it came from, as ``PNG`` or ``JPEG``.
        conversion: The rules that were applied, joined by ``; ``; empty if the file is kept as it is.
    """

    image: Image.Image
    format: str
    conversion: str = ""


def decode(data: bytes) -> DecodedImage:
    """Read a file to its last pixel and bring it to 8-bit RGB or grey.

    Args:
        data: The file's bytes.

    Raises:
        RefusedImageError: with the reason, if it is not one image that the rules above take.
    """
    opened = _open(data)
    depth = _bits_per_channel(data, opened)
    image, turning = _pixels(opened)
    image, flattening = _plain(image, depth)
    return DecodedImage(image, str(opened.format), "; ".join([*turning, *flattening]))


def encode_lossless(image: Image.Image) -> bytes:
    """The pixels as a PNG without metadata: what is kept of a converted file or of an array."""
    buffer = io.BytesIO()
    _bare(image).save(buffer, format="PNG")
    return buffer.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    """The same pixels with nothing attached (profile, EXIF, text)."""
    return Image.frombytes(image.mode, image.size, image.tobytes())


def _open(data: bytes) -> Image.Image:
    if not data:
        raise RefusedImageError("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # we check the size ourselves, and take nothing that is only half right
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise RefusedImageError(f"more than {MAX_PIXELS // 1_000_000} million pixels") from None
    except Exception:  # decoders raise whatever their parser trips over
        raise RefusedImageError(f"not an image in a known format ({', '.join(FORMATS)})") from None
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise RefusedImageError(f"{width} × {height} is more than {MAX_PIXELS // 1_000_000} million pixels")
    return opened


def _pixels(opened: Image.Image) -> tuple[Image.Image, list[str]]:
    """All pixels, upright, with the rules applied; read to the end, so that damage is found now."""
    try:
        frames = getattr(opened, "n_frames", 1)
        opened.load()
        turned = opened.getexif().get(ExifTags.Base.Orientation, 1) not in {0, 1}
        image = ImageOps.exif_transpose(opened) if turned else opened
    except Exception as error:  # decoders raise whatever their parser trips over
        raise RefusedImageError(f"truncated or damaged ({error})") from None
    stereo = opened.format == "MPO"  # what cameras write: the picture, then its previews
    if frames > 1 and not stereo:
        raise RefusedImageError(f"animated or of several pages ({frames} frames); save the one that is meant")
    applied = {"first picture of several": stereo, "rotation noted in EXIF applied": turned}
    return image, [rule for rule, used in applied.items() if used]


def _bits_per_channel(data: bytes, opened: Image.Image) -> int:
    """Bits a channel in the file, where Pillow's mode no longer tells (it reduces 16-bit colour silently)."""
    if opened.mode.startswith("I;16") or (opened.format in {"PPM", "PNG"} and opened.mode == "I"):
        return 16
    if data.startswith(_PNG_SIGNATURE):
        return data[_PNG_DEPTH_OFFSET]
    if isinstance(opened, TiffImageFile):
        return int(max(np.atleast_1d(opened.tag_v2.get(_TIFF_BITS_PER_SAMPLE, 8))))
    return 8


def _plain(image: Image.Image, depth: int) -> tuple[Image.Image, list[str]]:
    """The image in RGB or grey, and the rules that brought it there."""
    rules = ["16-bit to 8-bit (high byte)"] if depth > 8 else []
    if depth == 16 and image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)), rules
    if image.has_transparency_data:
        return _on_white(image), [*rules, "transparency laid on white"]
    if image.mode in PLAIN_MODES:
        return image, rules
    if image.mode not in CONVERSIONS:
        raise RefusedImageError(
            f"pixel values of kind {image.mode!r} have no agreed range; save it as 8-bit RGB or grey"
        )
    mode, rule = CONVERSIONS[image.mode]
    return image.convert(mode), [*rules, rule]


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
