from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from evalsite.samples.encoding import encode_stimulus, encode_thumbnail

Encoded = Callable[..., bytes]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def black(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size).save(buffer, format="BMP")
    return buffer.getvalue()


@pytest.mark.parametrize("side_px", [8, 32, 64, 127, 256])
def test_all_stimuli_of_one_side_have_the_same_byte_count(encoded: Encoded, side_px: int) -> None:
    sources = [
        black((3, 9)),
        encoded(seed=1, size=(side_px, side_px)),
        encoded(seed=2, size=(40, 20), format="JPEG"),
        encoded(seed=3, mode="L", size=(100, 100)),
    ]
    stimuli = [encode_stimulus(data, side_px=side_px) for data in sources]
    assert len({len(stimulus) for stimulus in stimuli}) == 1
    assert len(set(stimuli)) == len(stimuli)


def test_a_stimulus_is_a_bare_square_rgb_png(encoded: Encoded) -> None:
    exif = Image.Exif()
    exif[0x010E] = "made by a GAN"
    for data in (
        encoded(mode="L", format="JPEG", exif=exif.tobytes(), comment=b"real"),
        encoded(dpi=(72, 72)),
    ):
        stimulus = encode_stimulus(data, side_px=16)
        image = opened(stimulus)
        assert (image.format, image.mode, image.size, image.info) == ("PNG", "RGB", (16, 16), {})
        kinds = {
            stimulus[place - 4 : place]
            for place in range(16, len(stimulus))
            if stimulus[place - 4 : place].isalpha()
        }
        assert kinds & {b"tEXt", b"eXIf", b"iTXt", b"pHYs", b"iCCP", b"tIME"} == set()


def test_an_image_of_the_right_size_keeps_its_pixels(
    encoded: Encoded, picture: Callable[..., Image.Image]
) -> None:
    stimulus = opened(encode_stimulus(encoded(seed=5, size=(32, 32)), side_px=32))
    assert stimulus.tobytes() == picture(5, size=(32, 32)).tobytes()


def test_a_grey_image_is_grey_in_all_channels(encoded: Encoded, picture: Callable[..., Image.Image]) -> None:
    pixels = np.asarray(opened(encode_stimulus(encoded(mode="L"), side_px=8)))
    assert (pixels == np.asarray(picture(mode="L"))[..., None]).all()


def test_the_middle_of_a_long_image_is_shown() -> None:
    image = Image.new("RGB", (30, 10), "red")
    image.paste((0, 0, 255), (10, 0, 20, 10))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    assert opened(encode_stimulus(buffer.getvalue(), side_px=10)).getcolors() == [(100, (0, 0, 255))]


def test_a_thumbnail_shows_the_whole_image(encoded: Encoded) -> None:
    assert opened(encode_thumbnail(encoded(size=(200, 100)), side_px=50)).size == (50, 25)
    assert opened(encode_thumbnail(encoded(size=(20, 10)), side_px=50)).size == (20, 10)
