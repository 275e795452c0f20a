"""A model's networks for points instead of images: what has weights becomes a fully connected network.

What stands before the first layer with weights stays (a prior that is not normal), and so does what stands
behind the last one (the range of the images, the normalisation of a code); spectral normalisation is done
where the model does it. Between them are rectifiers and nothing else. The weights before a rectifier start as
in He et al. 2015 (arXiv:1502.01852), as in the toys of Gulrajani et al. 2017 (arXiv:1704.00028), the last
ones smaller, so that no generator starts at the ends of its range. A model whose layers are its only idea,
such as DCGAN, is its parent here.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, cast

from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from ganmodels.errors import SettingError, ToyModelError
from ganmodels.networks.autoencoder import AutoEncoder, EluDecoder
from ganmodels.networks.spectral import normalise_spectrally
from ganmodels.registry import GENERATOR
from ganmodels.toys.data import POINT_SHAPE

_WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
_LARGEST_WIDTH, _MOST_LAYERS = 1024, 64
_RESHAPING = (nn.Flatten, nn.Unflatten)
_ROWS = (nn.Sequential, nn.ModuleList, EluDecoder)
"""Modules whose parts follow one another, whatever else they hand on."""


@dataclass(frozen=True)
class Body:
    """What is put in the place of the layers with weights."""

    width: int
    hidden_layers: int

    @classmethod
    def checked(cls, width: int, hidden_layers: int) -> "Body":
        """Makes one of numbers that a person gave.

        Raises:
            SettingError: a number is out of range.
        """
        if not (1 <= width <= _LARGEST_WIDTH and 1 <= hidden_layers <= _MOST_LAYERS):
            raise SettingError(
                f"{hidden_layers} hidden layers of {width} units are no network for points; give --depth "
                f"from 1 to {_MOST_LAYERS} and --width from 1 to {_LARGEST_WIDTH}"
            )
        return cls(width, hidden_layers)

    def build(self, inputs: int, outputs: int) -> nn.Sequential:
        """Builds a fully connected network from (n, inputs) to (n, outputs)."""
        layers: list[nn.Module] = []
        for before, after in pairwise([inputs] + [self.width] * self.hidden_layers):
            layers += [nn.Linear(before, after), nn.ReLU()]
        for layer in layers[::2]:
            nn.init.kaiming_normal_(cast(nn.Linear, layer).weight, nonlinearity="relu")
            nn.init.zeros_(cast(nn.Linear, layer).bias)
        return nn.Sequential(*layers, nn.Linear(self.width, outputs))


def for_points(networks: nn.ModuleDict, image_size: int, body: Body) -> nn.ModuleDict:
    """Rebuilds a model's networks for points.

    Args:
        networks: the model's own, for images.
        image_size: numbers in one of those images.
        body: of the new ones.

    Returns:
        Networks of the same names. What took images takes points (n, 2, 1, 1), what answered images answers
        points; what reads another network's features reads its last hidden layer.

    Raises:
        ToyModelError: a network is no row of layers.
    """
    return nn.ModuleDict(
        {name: _for_points(name, network, image_size, body) for name, network in networks.items()}
    )


def _for_points(name: str, network: nn.Module, image_size: int, body: Body) -> nn.Module:
    if isinstance(network, AutoEncoder):
        encoder, decoder = _Row.of(name, network.encoder), _Row.of(name, network.decoder)
        return AutoEncoder(encoder.reading_points(body), decoder.answering_points(body))
    row = _Row.of(name, network)
    if name == GENERATOR:
        return row.answering_points(body)
    return row.reading_points(body) if row.reads(image_size) else row.reading_features(body)


@dataclass(frozen=True)
class _Row:
    """A row of layers: those before the first with weights, the weighted ends, and those behind the last."""

    before: list[nn.Module]
    first: nn.Module
    last: nn.Module
    behind: list[nn.Module]

    @classmethod
    def of(cls, name: str, network: nn.Module) -> "_Row":
        layers = list(_layers(network))
        places = [place for place, layer in enumerate(layers) if isinstance(layer, _WEIGHTED)]
        if not places:
            raise ToyModelError(f"its network '{name}' is no row of layers, so nothing tells what a toy's is")
        first, last = places[0], places[-1]
        return cls(_kept(layers[:first]), layers[first], layers[last], _kept(layers[last + 1 :]))

    def reads(self, image_size: int) -> bool:
        return not isinstance(self.first, nn.Linear) or self.first.in_features == image_size

    def answering_points(self, body: Body) -> nn.Sequential:
        inputs = cast(nn.Linear, self.first).in_features
        new = self._bound(body.build(inputs, prod(POINT_SHAPE)))
        return nn.Sequential(*self.before, *new, *self.behind, nn.Unflatten(1, POINT_SHAPE))

    def reading_points(self, body: Body) -> nn.Sequential:
        return nn.Sequential(nn.Flatten(), *self._reading(prod(POINT_SHAPE), body))

    def reading_features(self, body: Body) -> nn.Sequential:
        return nn.Sequential(*self._reading(body.width, body))

    def _reading(self, inputs: int, body: Body) -> list[nn.Module]:
        outputs = cast(nn.Linear, self.last).out_features
        return [*self.before, *self._bound(body.build(inputs, outputs)), *self.behind]

    def _bound(self, new: nn.Sequential) -> nn.Sequential:
        if is_parametrized(self.last):
            (bound,) = cast(Any, self.last).parametrizations.weight
            normalise_spectrally(new, bound.n_power_iterations)
        return new


def _layers(network: nn.Module) -> Iterator[nn.Module]:
    if isinstance(network, _ROWS):
        for child in network.children():
            yield from _layers(child)
    else:
        yield network


def _kept(layers: list[nn.Module]) -> list[nn.Module]:
    return [copy.deepcopy(layer) for layer in layers if not isinstance(layer, _RESHAPING)]
