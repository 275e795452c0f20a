"""StyleGAN2's generator: a mapping of latents to styles, and a synthesis that the styles modulate.

The attributes are named as in the state of the published checkpoints (`mapping.fc0`,
`synthesis.b8.conv0`, …), so that their tensors need no translation. Everything is computed in float32,
as the published code does on a CPU.
"""

from math import sqrt

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from ganmodels.networks.shapes import ImageShape, halvings
from ganmodels.seeds import normal_rows, seed_of

_SLOPE = 0.2
_TINY = 1e-8
_TAPS = (1.0, 3.0, 3.0, 1.0)
_PIXELS_AT_ONCE = 32 * 128**2


class FullyConnected(nn.Module):
    """A linear layer whose weights are scaled when used, so that all learn at one rate (arXiv:1710.10196)."""

    def __init__(
        self, inputs: int, outputs: int, *, rate: float = 1.0, bias: float = 0.0, rectified: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias))
        self._gain, self._rate, self._rectified = rate / sqrt(inputs), rate, rectified

    def forward(self, x: Float[Tensor, "n inputs"]) -> Float[Tensor, "n outputs"]:
        """Applies the layer."""
        x = functional.linear(x, self.weight * self._gain, self.bias * self._rate)
        return _rectify(x) if self._rectified else x


class Mapping(nn.Module):
    """From latents, and classes if there are any, to styles; keeps the mean style for truncation."""

    w_avg: Tensor

    def __init__(
        self, latent_size: int, class_count: int, style_size: int, layers: int, *, rate: float = 0.01
    ) -> None:
        super().__init__()
        self._class_count, self._layers = class_count, layers
        if class_count:
            self.embed = FullyConnected(class_count, style_size)
        first = latent_size + (style_size if class_count else 0)
        for index in range(layers):
            inputs = style_size if index else first
            setattr(self, f"fc{index}", FullyConnected(inputs, style_size, rate=rate, rectified=True))
        self.register_buffer("w_avg", torch.zeros(style_size))

    def forward(
        self, latents: Float[Tensor, "n latent"], labels: Int[Tensor, " n"] | None = None
    ) -> Float[Tensor, "n style"]:
        """Maps latents to styles; without labels all are of class 0."""
        x = _to_unit_power(latents)
        if self._class_count:
            classes = torch.zeros(len(latents), dtype=torch.long) if labels is None else labels
            one_hot = functional.one_hot(classes.to(x.device), self._class_count).to(x.dtype)
            x = torch.cat([x, _to_unit_power(self.embed(one_hot))], dim=1)
        for index in range(self._layers):
            x = getattr(self, f"fc{index}")(x)
        return x


class SynthesisLayer(nn.Module):
    """A modulated convolution, doubling the size where asked, then noise, bias, rectifier and clamp."""

    noise_const: Tensor

    def __init__(
        self, inputs: int, outputs: int, style_size: int, side: int, *, up: bool, clamp: float
    ) -> None:
        super().__init__()
        self.affine = FullyConnected(style_size, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.randn(side, side))
        self._up, self._clamp = up, clamp

    def forward(self, x: Tensor, style: Tensor, noise: Tensor | None) -> Tensor:
        """Applies the layer with one style per image."""
        x = modulated_conv(x, self.weight, self.affine(style), up=self._up)
        if noise is not None:
            x = x + noise * self.noise_strength
        return _limited(_rectify(x + self.bias.view(-1, 1, 1)), self._clamp)


class ToImage(nn.Module):
    """A modulated 1×1 convolution to colours, without demodulation."""

    def __init__(self, inputs: int, channels: int, style_size: int, *, clamp: float) -> None:
        super().__init__()
        self.affine = FullyConnected(style_size, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(channels, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels))
        self._gain, self._clamp = 1 / sqrt(inputs), clamp

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Applies the layer with one style per image."""
        x = modulated_conv(x, self.weight, self.affine(style) * self._gain, demodulate=False)
        return _limited(x + self.bias.view(-1, 1, 1), self._clamp)


class Block(nn.Module):
    """The layers of one size; the first holds the learned constant that everything starts from."""

    def __init__(
        self, inputs: int, outputs: int, channels: int, style_size: int, side: int, *, clamp: float
    ) -> None:
        super().__init__()
        if inputs:
            self.conv0 = SynthesisLayer(inputs, outputs, style_size, side, up=True, clamp=clamp)
        else:
            self.const = nn.Parameter(torch.randn(outputs, side, side))
        self.conv1 = SynthesisLayer(outputs, outputs, style_size, side, up=False, clamp=clamp)
        self.torgb = ToImage(outputs, channels, style_size, clamp=clamp)

    @property
    def layers(self) -> list[SynthesisLayer]:
        """Its modulated convolutions, in order."""
        return [self.conv0, self.conv1] if hasattr(self, "conv0") else [self.conv1]


class Synthesis(nn.Module):
    """From one style per layer to an image, the sum of what every size adds (the paper's skips)."""

    def __init__(
        self, shape: ImageShape, style_size: int, *, channel_base: int, channel_max: int, clamp: float
    ) -> None:
        super().__init__()
        channels, side, _ = shape
        depth = halvings(shape)
        self._sides = [side // 2**level for level in reversed(range(depth + 1))]
        widths = [0, *(max(1, min(channel_base // side, channel_max)) for side in self._sides)]
        for before, width, side in zip(widths, widths[1:], self._sides, strict=False):
            setattr(self, f"b{side}", Block(before, width, channels, style_size, side, clamp=clamp))
        self.style_count = 2 * len(self._sides)

    @property
    def blocks(self) -> list[Block]:
        """Its blocks, smallest first."""
        return [getattr(self, f"b{side}") for side in self._sides]

    def forward(self, styles: Float[Tensor, "n count style"], noise: list[Tensor | None]) -> Tensor:
        """Makes images of one style and one noise per layer; they may leave [-1, 1]."""
        at = 0
        image: Tensor | None = None
        x: Tensor = self.blocks[0].const.expand(len(styles), -1, -1, -1)
        for block in self.blocks:
            for layer in block.layers:
                x = layer(x, styles[:, at], noise[at])
                at += 1
            added = block.torgb(x, styles[:, at])  # shares its style with the next block's first layer
            image = added if image is None else _double(image) + added
        assert image is not None
        return image


class StyleGAN2(nn.Module):
    """The whole generator: latents, and classes if there are any, to images in [-1, 1].

    Args:
        shape: channels, height, width.
        latent_size: dimensions of z.
        style_size: dimensions of w.
        class_count: classes that it is conditioned on; 0 is none.
        mapping_layers: fully connected layers from z to w.
        mapping_rate: learning-rate multiplier of the mapping, which scales its weights.
        channel_base: channels of a layer times its side in px.
        channel_max: most channels of a layer.
        clamp: largest size of an activation; 0 is no limit.
        truncation: ψ; styles are drawn to their mean by 1 − ψ.
        truncated_styles: only so many styles, coarsest first, are truncated; 0 is all.
        noise: "const" as stored, "random" drawn for each image from its latent, "none".
    """

    def __init__(
        self,
        shape: ImageShape,
        latent_size: int,
        style_size: int,
        *,
        class_count: int,
        mapping_layers: int,
        mapping_rate: float,
        channel_base: int,
        channel_max: int,
        clamp: float,
        truncation: float,
        truncated_styles: int,
        noise: str,
    ) -> None:
        super().__init__()
        self.mapping = Mapping(latent_size, class_count, style_size, mapping_layers, rate=mapping_rate)
        self.synthesis = Synthesis(
            shape, style_size, channel_base=channel_base, channel_max=channel_max, clamp=clamp
        )
        self._truncation, self._truncated = truncation, truncated_styles or self.synthesis.style_count
        self._noise = noise
        self._at_once = max(1, _PIXELS_AT_ONCE // (shape[1] * shape[2]))

    def forward(self, latents: Float[Tensor, "n latent"], labels: Int[Tensor, " n"] | None = None) -> Tensor:
        """Maps latents to images."""
        return self._in_parts(self.truncate(self.styles(latents, labels)), latents)

    def styles(self, latents: Float[Tensor, "n latent"], labels: Int[Tensor, " n"] | None = None) -> Tensor:
        """Maps latents to styles (n, style_size), before truncation."""
        mapped: Tensor = self.mapping(latents, labels)
        return mapped

    def images_of_styles(self, styles: Float[Tensor, "n style"]) -> Tensor:
        """Maps styles to images; truncates them first, and draws `random` noise from the style."""
        return self._in_parts(self.truncate(styles), styles)

    def truncate(self, style: Float[Tensor, "n style"]) -> Float[Tensor, "n count style"]:
        """Gives every layer its style, drawn towards the mean style where truncation asks for it."""
        styles = style[:, None].expand(-1, self.synthesis.style_count, -1)
        drawn = torch.lerp(self.mapping.w_avg.expand_as(styles), styles, self._truncation)
        return torch.cat([drawn[:, : self._truncated], styles[:, self._truncated :]], dim=1)

    def _in_parts(self, styles: Tensor, latents: Tensor) -> Tensor:
        starts = range(0, max(len(latents), 1), self._at_once)  # 32 images of 1024 px at once fill a machine
        parts = [self._images(styles[i : i + self._at_once], latents[i : i + self._at_once]) for i in starts]
        return torch.cat(parts)

    def _images(self, styles: Tensor, latents: Tensor) -> Tensor:
        layers = [layer for block in self.synthesis.blocks for layer in block.layers]
        noise = [self._noise_of(layer, index, latents) for index, layer in enumerate(layers)]
        images: Tensor = self.synthesis(styles, noise)
        return images.clamp(-1, 1)

    def _noise_of(self, layer: SynthesisLayer, index: int, latents: Tensor) -> Tensor | None:
        if self._noise == "none":
            return None
        const = layer.noise_const
        if self._noise == "const":
            return const
        seeds = [seed_of(row) for row in latents.detach()]
        rows = torch.cat([normal_rows(index, 1, const.numel(), seed) for seed in seeds])
        return rows.view(-1, 1, *const.shape).to(const)


def modulated_conv(
    x: Float[Tensor, "n inputs h w"],
    weight: Float[Tensor, "outputs inputs k k"],
    style: Float[Tensor, "n inputs"],
    *,
    demodulate: bool = True,
    up: bool = False,
) -> Float[Tensor, "n outputs h2 w2"]:
    """Convolves with weights scaled by each image's style and brought back to unit power.

    Scaling what goes in and what comes out is the same as scaling the weights, and needs none per image.

    Args:
        x: what is convolved.
        weight: 3×3 or 1×1 kernels.
        style: factor of each input channel, for each image.
        demodulate: divide each output channel by the norm of its scaled weights.
        up: double height and width first, through the filter [1, 3, 3, 1].

    Source: Karras et al. 2020, arXiv:1912.04958, section 2.2, equations 1 and 3.
    """
    scaled = x * style[:, :, None, None]
    result: Tensor
    if up:
        wide = functional.conv_transpose2d(scaled, weight.transpose(0, 1), stride=2)
        result = functional.conv2d(
            wide.flatten(0, 1)[:, None], 4 * _low_pass(x)[None, None], padding=1
        ).unflatten(0, wide.shape[:2])[:, :, 0]
    else:
        result = functional.conv2d(scaled, weight, padding=weight.shape[-1] // 2)
    if demodulate:
        power = style.square() @ weight.square().sum(dim=(2, 3)).T
        result = result * (power + _TINY).rsqrt()[:, :, None, None]
    return result


def _double(images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h2 w2"]:
    """Doubles height and width through the filter [1, 3, 3, 1]."""
    kernel = (4 * _low_pass(images)).expand(images.shape[1], 1, -1, -1)
    return functional.conv_transpose2d(images, kernel, stride=2, padding=1, groups=images.shape[1])


def _low_pass(like: Tensor) -> Float[Tensor, "4 4"]:
    taps = torch.tensor(_TAPS, dtype=like.dtype, device=like.device) / sum(_TAPS)
    return torch.outer(taps, taps)


def _rectify(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, _SLOPE) * sqrt(2)


def _limited(x: Tensor, limit: float) -> Tensor:
    return x.clamp(-limit, limit) if limit else x


def _to_unit_power(x: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    return x * (x.square().mean(dim=1, keepdim=True) + _TINY).rsqrt()
