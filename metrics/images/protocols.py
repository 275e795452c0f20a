"""Protocols: the named ways in which images become a network's input. They move FID by percents.

The same two sets of 48 photographs give 407.21 under `tf1`, 409.53 under `torchmetrics`, 409.57 under
`pytorch_fid` and 416.29 under `clean`. A protocol also carries the settings in which the tool that it is
named after differs from the others, such as the divisor of the covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from metrics.images.resizing import (
    crop_and_resize_bicubic_8bit,
    resize_bicubic,
    resize_bicubic_8bit,
    resize_bilinear,
    resize_bilinear_smooth,
    resize_bilinear_tf1,
)
from metrics.registry.discovery import unknown_name

Channels = tuple[float, float, float]
IMAGENET_MEAN: Channels = (0.485, 0.456, 0.406)
IMAGENET_STD: Channels = (0.229, 0.224, 0.225)
CLIP_MEAN: Channels = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Channels = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Protocol:
    """A resize filter and a normalisation (x - offset) / scale of grey values x in [0, 255].

    Attributes:
        name: its name in results.
        title: what it reproduces.
        resize: float pixels (n, 3, h, w) and a side in pixels → (n, 3, side, side).
        offset: for each channel, the grey value that becomes 0.
        scale: for each channel, the grey values that become 1.
        settings: values for every metric that has a setting of that name, unless the user says otherwise.
    """

    name: str
    title: str
    resize: Callable[[Float[Tensor, "n 3 h w"], int], Float[Tensor, "n 3 s s"]]
    offset: Channels
    scale: Channels
    settings: Mapping[str, bool | int | float | str] = field(default_factory=dict)

    def prepare(self, images: Sequence[UInt8[Tensor, "3 _h _w"]], size_px: int) -> Float[Tensor, "n 3 s s"]:
        """Input of a network for images of any sizes.

        Args:
            images: uint8 (3, h, w) each, on one device.
            size_px: side of the network's input.

        Returns:
            float32 (n, 3, size_px, size_px) on the same device.
        """
        if len({image.shape for image in images}) == 1:
            return self.prepare_pixels(torch.stack(list(images)).float(), size_px)
        return torch.cat([self.prepare_pixels(image[None].float(), size_px) for image in images])

    def prepare_pixels(self, pixels: Float[Tensor, "n 3 h w"], size_px: int) -> Float[Tensor, "n 3 s s"]:
        """Input of a network for images of one size; differentiable where the resize filter is.

        Args:
            pixels: grey values in [0, 255].
            size_px: side of the network's input.
        """
        offset, scale = (pixels.new_tensor(values).view(3, 1, 1) for values in (self.offset, self.scale))
        return (self.resize(pixels, size_px) - offset) / scale


def _grey(value: float) -> Channels:
    return (value, value, value)


def _normalised(mean: Channels, std: Channels) -> tuple[Channels, Channels]:
    """Offset and scale that normalise by a mean and a standard deviation of pixels in [0, 1]."""
    return (255 * mean[0], 255 * mean[1], 255 * mean[2]), (255 * std[0], 255 * std[1], 255 * std[2])


def _transformed_twice() -> tuple[Channels, Channels]:
    """Offset and scale of torchvision's `transform_input` on pixels that are in [-1, 1] already.

    It maps v to v · std / 0.5 + (mean - 0.5) / 0.5 and was meant for pixels normalised by ImageNet's values.
    """
    pairs = [
        (127.5 + 63.75 * (1 - 2 * mean) / std, 63.75 / std)
        for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)
    ]
    red, green, blue = pairs
    return (red[0], green[0], blue[0]), (red[1], green[1], blue[1])


def _lpips() -> tuple[Channels, Channels]:
    """Offset and scale of LPIPS' own normalisation, which is of pixels in [-1, 1]."""
    shift, scale = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
    offsets = [127.5 * (1 + value) for value in shift]
    return (offsets[0], offsets[1], offsets[2]), (127.5 * scale[0], 127.5 * scale[1], 127.5 * scale[2])


_TF1 = (resize_bilinear_tf1, _grey(128.0), _grey(128.0))

PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            "pytorch_fid",
            "pytorch-fid, clean-fid's legacy_pytorch",
            resize_bilinear,
            _grey(127.5),
            _grey(127.5),
        ),
        Protocol("tf1", "the 2017 code, torch-fidelity", *_TF1),
        Protocol("adm", "the evaluator of ADM", *_TF1, settings={"shuffle": False, "split_size": 5000}),
        Protocol("stylegan", "the metrics of StyleGAN2-ADA and its successors", *_TF1, settings={"ddof": 0}),
        Protocol(
            "torchmetrics", "torchmetrics since 1.8", resize_bilinear_smooth, _grey(128.0), _grey(128.0)
        ),
        Protocol("clean", "clean-fid", resize_bicubic, _grey(128.0), _grey(128.0)),
        Protocol(
            "partial_inception",
            "PartialInceptionNetwork, which transforms its input twice",
            resize_bilinear,
            *_transformed_twice(),
        ),
        Protocol(
            "efficientnet_lite",
            "EfficientNet-Lite, without its centre crop",
            resize_bicubic,
            _grey(127.0),
            _grey(128.0),
        ),
        Protocol(
            "imagenet",
            "torch-fidelity for VGG16",
            resize_bilinear_tf1,
            *_normalised(IMAGENET_MEAN, IMAGENET_STD),
        ),
        Protocol("dgm", "dgm-eval", resize_bicubic_8bit, *_normalised(IMAGENET_MEAN, IMAGENET_STD)),
        Protocol("cmmd", "CMMD's code", crop_and_resize_bicubic_8bit, *_normalised(CLIP_MEAN, CLIP_STD)),
        Protocol("lpips", "LPIPS, after an antialiased resize", resize_bicubic, *_lpips()),
        Protocol("unit", "grey values from 0 to 1", resize_bicubic, _grey(0.0), _grey(255.0)),
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
