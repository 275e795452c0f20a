"""How views are drawn: tiles on white, large enough to be seen, and sheets of rows with captions."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont, ImageOps
from torch import Tensor
from torch.nn import functional

from ganmodels.errors import DataError
from ganmodels.inside.scores import Judgement
from ganmodels.networks.shapes import ImageShape
from ganmodels.training.grid import lay_out

LEAST_PX, MOST_PX = 64, 256
_CAPTION_PX, _MARGIN_PX = 13, 6
_DOTS_PER_INCH = 100


@dataclass(frozen=True)
class Row:
    """A picture with words under it."""

    caption: str
    picture: UInt8[Tensor, "c y x"]


def tiles(images: UInt8[Tensor, "n c h w"], columns: int) -> UInt8[Tensor, "c y x"]:
    """Puts images side by side, small ones enlarged by whole factors, large ones reduced by averages."""
    side = max(images.shape[2:])
    if side > MOST_PX:
        reduced = functional.avg_pool2d(images.float(), -(-side // MOST_PX), ceil_mode=True)
        return lay_out(reduced.round().to(torch.uint8), columns)
    factor = max(1, LEAST_PX // side)
    return lay_out(images.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3), columns)


def sheet(rows: Sequence[Row]) -> Image.Image:
    """Draws rows below each other, each under its caption."""
    font = ImageFont.load_default(_CAPTION_PX)
    pictures = [to_picture(row.picture) for row in rows]
    captions = max((font.getlength(row.caption) for row in rows), default=0)
    width = max([int(captions) + 1, *(picture.width for picture in pictures)]) + 2 * _MARGIN_PX
    step_px = _CAPTION_PX + 2 * _MARGIN_PX
    canvas = Image.new("RGB", (width, sum(step_px + picture.height for picture in pictures)), "white")
    draw, top = ImageDraw.Draw(canvas), 0
    for row, picture in zip(rows, pictures, strict=True):
        draw.text((_MARGIN_PX, top + _MARGIN_PX), row.caption, fill="black", font=font)
        canvas.paste(picture, (_MARGIN_PX, top + step_px))
        top += step_px + picture.height
    return canvas


def to_picture(pixels: UInt8[Tensor, "c y x"]) -> Image.Image:
    """Returns pixels, grey or colour, as a picture."""
    values = pixels.permute(1, 2, 0).numpy()
    return Image.fromarray(np.ascontiguousarray(values[..., 0] if values.shape[2] == 1 else values))


def read_pictures(paths: Sequence[Path], shape: ImageShape) -> UInt8[Tensor, "n c h w"]:
    """Reads files, of each its central square in the size and colours of a generator's images.

    Raises:
        DataError: a file that is no image.
    """
    channels, height, width = shape
    images = np.empty((len(paths), height, width, channels), np.uint8)
    for image, path in zip(images, paths, strict=True):
        try:
            with Image.open(path) as found:
                square = ImageOps.fit(found.convert("L" if channels == 1 else "RGB"), (width, height))
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError(f"{path} can't be read as an image ({error}); give a .png or .jpg") from error
        image[...] = np.array(square).reshape(height, width, channels)
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def histogram(judgement: Judgement) -> UInt8[Tensor, "3 y x"]:
    """Draws how often a judge gives which score to real and to generated images."""
    from matplotlib.figure import Figure  # takes its time; most views need none

    told = judgement.histogram()
    figure = Figure(figsize=(6.4, 3.2), dpi=_DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    for name, colour in (("real", "#1d4ed8"), ("generated", "#c2410c")):
        share = np.array(told[name]) / max(sum(told[name]), 1)
        axes.stairs(share, told["edges"], fill=True, alpha=0.5, color=colour, label=name)
    axes.set(xlabel=f"{judgement.meaning}: higher is more real to it", ylabel="share of the set")
    axes.legend(frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    with Image.open(buffer) as drawn:
        return torch.from_numpy(np.array(drawn.convert("RGB"))).permute(2, 0, 1)
