"""Fully connected networks: what the first papers used, and the smallest thing that learns."""

from itertools import pairwise
from math import prod

from torch import nn

from ganmodels.networks.shapes import ImageShape, halvings

_SLOPE = 0.2


def mlp_generator(
    shape: ImageShape, latent_size: int, hidden: int, hidden_layers: int, output: nn.Module
) -> nn.Sequential:
    """Builds a network from latents (n, latent_size) to images (n, *shape).

    Args:
        shape: channels, height, width of the images.
        latent_size: dimensions of the latent.
        hidden: units per hidden layer.
        hidden_layers: number of hidden layers, at least 1.
        output: last layer, which maps numbers into the range of the images.

    Raises:
        ImageShapeError: see `halvings`.
    """
    halvings(shape)
    layers: list[nn.Module] = []
    for before, after in pairwise([latent_size] + [hidden] * hidden_layers):
        layers += [nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(hidden, prod(shape)), output, nn.Unflatten(1, shape))


def mlp_encoder(shape: ImageShape, outputs: int, hidden: int, hidden_layers: int) -> nn.Sequential:
    """Builds a network from images (n, *shape) to numbers (n, outputs); without normalisation.

    Args:
        shape: channels, height, width of the images.
        outputs: numbers per image.
        hidden: units per hidden layer.
        hidden_layers: number of hidden layers, at least 1.

    Raises:
        ImageShapeError: see `halvings`.
    """
    halvings(shape)
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise([prod(shape)] + [hidden] * hidden_layers):
        layers += [nn.Linear(before, after), nn.LeakyReLU(_SLOPE)]
    return nn.Sequential(*layers, nn.Linear(hidden, outputs))
