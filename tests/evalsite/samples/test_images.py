from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evalsite.samples.errors import RefusedImageError
from evalsite.samples.images import decode, encode_lossless

Encoded = Callable[..., bytes]


def png_of(width: int, height: int, depth: int = 8, colour: int = 2, rows: bytes = b"") -> bytes:
    """A PNG written by hand: any size, any depth."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def saved(image: Image.Image, file_format: str, **save: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=file_format, **save)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP", "TIFF", "PPM"])
def test_plain_images_are_taken_as_they_are(encoded: Encoded, mode: str, file_format: str) -> None:
    decoded = decode(encoded(mode=mode, format=file_format))
    assert (decoded.image.mode, decoded.conversion, decoded.format) == (mode, "", file_format)


@pytest.mark.parametrize(
    ("mode", "file_format", "becomes", "rule"),
    [
        ("P", "PNG", "RGB", "palette to RGB"),
        ("P", "GIF", "RGB", "palette to RGB"),
        ("CMYK", "JPEG", "RGB", "CMYK to RGB (no colour profile)"),
        ("CMYK", "TIFF", "RGB", "CMYK to RGB (no colour profile)"),
        ("YCbCr", "TIFF", "RGB", "YCbCr to RGB"),
        ("1", "PNG", "L", "1-bit to grey"),
        ("RGBA", "PNG", "RGB", "transparency laid on white"),
        ("LA", "PNG", "RGB", "transparency laid on white"),
    ],
)
def test_every_conversion_names_its_rule(
    encoded: Encoded, mode: str, file_format: str, becomes: str, rule: str
) -> None:
    decoded = decode(encoded(mode=mode, format=file_format))
    assert (decoded.image.mode, decoded.conversion) == (becomes, rule)


def test_what_is_transparent_becomes_white() -> None:
    half = Image.new("RGBA", (1, 1), (0, 0, 0, 0))
    assert decode(saved(half, "PNG")).image.getpixel((0, 0)) == (255, 255, 255)


def test_a_transparent_colour_of_an_rgb_file_becomes_white() -> None:
    image = Image.new("RGB", (2, 1), (10, 20, 30))
    image.putpixel((1, 0), (0, 255, 0))
    decoded = decode(saved(image, "PNG", transparency=(0, 255, 0)))
    assert decoded.conversion == "transparency laid on white"
    assert [decoded.image.getpixel((x, 0)) for x in (0, 1)] == [(10, 20, 30), (255, 255, 255)]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_the_high_byte(file_format: str) -> None:
    values = np.array([[0, 255, 256, 0x1234, 0xFFFF]], dtype=np.uint16)
    decoded = decode(saved(Image.fromarray(values), file_format))
    assert decoded.conversion == "16-bit to 8-bit (high byte)"
    assert np.asarray(decoded.image).tolist() == [[0, 0, 1, 0x12, 0xFF]]


def test_16_bit_colour_is_said_to_be_reduced() -> None:
    rows = b"\0" + struct.pack(">3H", 0x1234, 0xABCD, 0xFFFF)
    decoded = decode(png_of(1, 1, depth=16, rows=rows))
    assert decoded.conversion == "16-bit to 8-bit (high byte)"
    assert decoded.image.getpixel((0, 0)) == (0x12, 0xAB, 0xFF)


def test_16_bit_colour_with_transparency_says_both() -> None:
    rows = b"\0" + struct.pack(">4H", 0x1234, 0xABCD, 0xFFFF, 0xFFFF)
    decoded = decode(png_of(1, 1, depth=16, colour=6, rows=rows))
    assert decoded.conversion == "16-bit to 8-bit (high byte); transparency laid on white"


def test_a_rotation_noted_in_exif_is_applied(encoded: Encoded, picture: Callable[..., Image.Image]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded = decode(encoded(size=(6, 3), exif=exif.tobytes()))
    assert decoded.conversion == "rotation noted in EXIF applied"
    turned = picture(size=(6, 3)).transpose(Image.Transpose.ROTATE_270)
    assert decoded.image.size == (3, 6)
    assert decoded.image.tobytes() == turned.tobytes()


def test_a_cameras_jpeg_of_several_pictures_gives_the_first(picture: Callable[..., Image.Image]) -> None:
    several = saved(picture(0), "MPO", save_all=True, append_images=[picture(1, size=(2, 2))])
    decoded = decode(several)
    assert decoded.conversion == "first picture of several"
    assert decoded.image.size == (8, 8)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animated_files_are_refused(picture: Callable[..., Image.Image], file_format: str) -> None:
    frames = saved(picture(0), file_format, save_all=True, append_images=[picture(1), picture(2)])
    with pytest.raises(RefusedImageError, match=r"animated or of several pages \(3 frames\)"):
        decode(frames)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF"])
def test_truncated_files_are_refused(encoded: Encoded, file_format: str) -> None:
    data = encoded(size=(64, 64), format=file_format)
    with pytest.raises(RefusedImageError):
        decode(data[: len(data) * 2 // 3])


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b"%PDF-1.7 hello", "not an image"), (b"\0" * 99, "not")]
)
def test_what_is_no_image_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedImageError, match=reason):
        decode(data)


@pytest.mark.parametrize(("width", "height"), [(8001, 8000), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_from_its_header(width: int, height: int) -> None:
    with pytest.raises(RefusedImageError, match="64 million pixels"):
        decode(png_of(width, height))


@pytest.mark.parametrize(("mode", "file_format"), [("F", "TIFF"), ("I", "TIFF"), ("LAB", "TIFF")])
def test_values_without_an_agreed_range_are_refused(file_format: str, mode: str) -> None:
    with pytest.raises(RefusedImageError, match="no agreed range"):
        decode(saved(Image.new(mode, (4, 4)), file_format))


def test_what_is_kept_of_a_conversion_carries_nothing_but_pixels(picture: Callable[..., Image.Image]) -> None:
    image = picture()
    image.info.update(comment="secret", icc_profile=b"profile")
    kept = Image.open(io.BytesIO(encode_lossless(image)))
    kept.load()
    assert kept.info == {}
    assert kept.tobytes() == image.tobytes()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_the_bytes_the_answer_is_an_image_or_a_reason(data: st.DataObject) -> None:
    image = saved(
        Image.radial_gradient("L").resize((16, 16)),
        data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF"])),
    )
    damaged = bytearray(image)
    for place in data.draw(st.lists(st.integers(0, len(image) - 1), max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(RefusedImageError):  # anything else would fail the test
        assert decode(bytes(damaged)).image.mode in {"RGB", "L"}
