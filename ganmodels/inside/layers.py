"""What single layers hold and answer: filters beside the pixels, and feature maps of one image."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from ganmodels.errors import InsideError
from ganmodels.networks.shapes import ImageShape

MOST_FILTERS = 64
MOST_MAPS = 32
_TINY = 1e-12
_PAINTING, _SEEING = "painting", "seeing"


@dataclass(frozen=True)
class Filters:
    """The weights of the layer beside the pixels, as pictures.

    Attributes:
        layer: path of the layer in its network.
        count: filters that it has.
        norms: length of each filter shown, largest first.
        pictures: those filters, each scaled by itself; mid-grey is 0.
    """

    layer: str
    count: int
    norms: tuple[float, ...]
    pictures: UInt8[Tensor, "n c h w"]

    def as_json(self) -> dict[str, Any]:
        """Returns its numbers as plain data."""
        return {"layer": self.layer, "count": self.count, "norms": list(self.norms)}


@dataclass(frozen=True)
class FeatureMaps:
    """What one layer answers for one image.

    Attributes:
        layer: path of the layer in its network.
        count: channels that it has.
        channels: those shown, strongest first.
        silent: share of its channels that are the same everywhere.
        pictures: the maps of `channels`, each scaled from its least to its largest value.
    """

    layer: str
    count: int
    channels: tuple[int, ...]
    silent: float
    pictures: UInt8[Tensor, "n 1 h w"]

    def as_json(self) -> dict[str, Any]:
        """Returns its numbers as plain data."""
        channels = list(self.channels)
        return {"layer": self.layer, "count": self.count, "channels": channels, "silent": self.silent}


def pixel_filters(network: nn.Module, shape: ImageShape, *, sees: bool, most: int = MOST_FILTERS) -> Filters:
    """Shows the filters of the first layer of a network that sees images, or of the last of one that paints.

    Args:
        network: any with convolutions or fully connected layers.
        shape: channels, height, width of the images.
        sees: it takes images (a critic, a discriminator, an encoder) and does not make them.
        most: filters shown, those of the largest norm.

    Raises:
        InsideError: no layer of it touches pixels.
    """
    found = list(_touching(network, shape, sees))
    if not found:
        kind = _SEEING if sees else _PAINTING
        raise InsideError(f"the network has no layer {kind} pixels whose weights could be shown")
    layer, weights = found[0 if sees else -1]
    norms = torch.linalg.vector_norm(weights.flatten(1), dim=1)
    order = norms.argsort(descending=True, stable=True)[:most]
    shown = weights[order]
    scale = shown.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=_TINY)
    pictures = ((shown / scale + 1) * 127.5).round().to(torch.uint8)
    return Filters(layer, len(weights), tuple(round(float(norm), 6) for norm in norms[order]), pictures)


def feature_maps(
    network: nn.Module, run: Callable[[], object], shape: ImageShape, *, most: int = MOST_MAPS
) -> Sequence[FeatureMaps]:
    """Shows what the layers of a network answer while it runs: the last layer of each size.

    Args:
        network: watched while it runs.
        run: runs it on one image, or to make one.
        shape: channels, height, width of the images, which are no features.
        most: maps shown of each layer, those that vary most.

    Returns:
        One for each size, in the order in which the network comes to them.

    Raises:
        InsideError: no layer answers maps, as in a fully connected network.
    """
    seen: dict[tuple[int, ...], tuple[str, Tensor]] = {}

    def note(path: str, answer: object) -> None:
        if isinstance(answer, Tensor) and answer.ndim == 4 and answer.shape[1] != shape[0]:
            size = tuple(answer.shape[2:])
            if prod(size) > 1:
                seen[size] = (path, answer.detach()[0])

    with ExitStack() as watched, torch.no_grad():
        for path, module in network.named_modules():
            if path and not isinstance(module, torch.jit.ScriptModule):  # which lets nobody listen
                watched.enter_context(module.register_forward_hook(_noting(path, note)))
        run()
    if not seen:
        raise InsideError(
            "no layer of the network answers feature maps; only convolutional networks have them, and "
            "programs don't show them"
        )
    return [_maps(path, answer, most) for path, answer in seen.values()]


def _noting(path: str, note: Callable[[str, object], None]) -> Callable[[nn.Module, Any, object], None]:
    def hook(_module: nn.Module, _inputs: Any, answer: object) -> None:
        note(path, answer)

    return hook


def _touching(
    network: nn.Module, shape: ImageShape, sees: bool
) -> Iterator[tuple[str, Float[Tensor, "n c h w"]]]:
    """Yields layers with weights between pixels and units, as one picture for each unit."""
    for path, module in network.named_modules():
        weight = getattr(module, "weight", None)
        if not isinstance(weight, Tensor) or weight.ndim not in (2, 4):
            continue
        weight = weight.detach().float()
        pixels_last = sees is not isinstance(module, nn.ConvTranspose2d | nn.ConvTranspose1d)
        by_unit = weight if pixels_last else weight.transpose(0, 1)
        if weight.ndim == 4 and by_unit.shape[1] == shape[0]:
            yield path, by_unit
        elif weight.ndim == 2 and by_unit.shape[1] == prod(shape):
            yield path, by_unit.reshape(-1, *shape)


def _maps(path: str, answer: Float[Tensor, "c h w"], most: int) -> FeatureMaps:
    values = answer.float()
    spread = values.flatten(1).std(dim=1)
    order = spread.argsort(descending=True, stable=True)[:most]
    shown = values[order]
    low, high = shown.amin(dim=(1, 2), keepdim=True), shown.amax(dim=(1, 2), keepdim=True)
    pictures = ((shown - low) * (255 / (high - low).clamp(min=_TINY))).round().to(torch.uint8)
    silent = float((spread < _TINY).double().mean())
    return FeatureMaps(path, len(values), tuple(order.tolist()), silent, pictures[:, None])
