"""Protocols: the named ways in which images become a network's input. They move FID by percents.

The same two sets of 48 photographs give 407.2 under `tf1`, 409.6 under `pytorch_fid` and 416.3 under `clean`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional

from metrics.discovery import unknown_name


@dataclass(frozen=True)
class Protocol:
    """A resize filter and a normalisation (x - offset) / scale of pixels in [0, 255].

    Attributes:
        name: its name in results.
        title: what it reproduces.
        resize: float pixels (n, 3, h, w) and a side in pixels → (n, 3, side, side).
        offset: grey value that becomes 0.
        scale: grey values that become 1.
    """

    name: str
    title: str
    resize: Callable[[Float[Tensor, "n 3 h w"], int], Float[Tensor, "n 3 s s"]]
    offset: float
    scale: float

    def prepare(self, images: Sequence[UInt8[Tensor, "3 _h _w"]], size_px: int) -> Float[Tensor, "n 3 s s"]:
        """Input of a network for images of any sizes.

        Args:
            images: uint8 (3, h, w) each.
            size_px: side of the network's input.

        Returns:
            float32 (n, 3, size_px, size_px).
        """
        if len({image.shape for image in images}) == 1:
            return self._prepare(torch.stack(list(images)), size_px)
        return torch.cat([self._prepare(image[None], size_px) for image in images])

    def _prepare(self, pixels: UInt8[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
        return (self.resize(pixels.float(), size_px) - self.offset) / self.scale


def resize_bilinear(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Bilinear with pixel centres at half-integers and no antialiasing, as torch does by default."""
    return functional.interpolate(pixels, size=(size_px, size_px), mode="bilinear", align_corners=False)


def resize_bilinear_tf1(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Bilinear as TensorFlow 1 did it: pixel centres at integers, so that all shifts to the upper left."""
    top, bottom, down = _tf1_neighbours(pixels.shape[2], size_px)
    left, right, across = _tf1_neighbours(pixels.shape[3], size_px)
    rows = torch.lerp(pixels[:, :, top], pixels[:, :, bottom], down[:, None])
    return torch.lerp(rows[..., left], rows[..., right], across)


def _tf1_neighbours(size_in: int, size_out: int) -> tuple[Tensor, Tensor, Tensor]:
    """Lower and upper neighbour of each output pixel on one axis, and the weight of the upper."""
    position = torch.arange(size_out, dtype=torch.float32) * (size_in / size_out)
    lower = position.floor().long()
    return lower, (lower + 1).clamp(max=size_in - 1), position - lower


def resize_bicubic(pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
    """Antialiased bicubic (a = -0.5), as Pillow does on floats, clipped to [0, 255]."""
    resized = functional.interpolate(
        pixels, size=(size_px, size_px), mode="bicubic", align_corners=False, antialias=True
    )
    return resized.clamp(0, 255)


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("pytorch_fid", "pytorch-fid, clean-fid's legacy_pytorch", resize_bilinear, 127.5, 127.5),
        Protocol("tf1", "the 2017 code, torch-fidelity", resize_bilinear_tf1, 128.0, 128.0),
        Protocol("clean", "clean-fid", resize_bicubic, 128.0, 128.0),
        Protocol(
            "efficientnet_lite", "EfficientNet-Lite, without its centre crop", resize_bicubic, 127.0, 128.0
        ),
    )
}


def get_protocol(name: str) -> Protocol:
    """The protocol of this name.

    Raises:
        UnknownNameError: there is none; the message suggests a close one.
    """
    if name not in PROTOCOLS:
        raise unknown_name("protocol", name, PROTOCOLS)
    return PROTOCOLS[name]
