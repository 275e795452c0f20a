"""Networks by the name of their family, so that a model says which it wants and not how each is made."""

from typing import Literal

from torch import nn

from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.mlp import mlp_encoder, mlp_generator
from ganmodels.networks.resnet import resnet_encoder, resnet_generator
from ganmodels.networks.shapes import ImageShape

Family = Literal["conv", "mlp", "resnet"]

HIDDEN_LAYERS = 3


def generator_of(
    family: Family,
    shape: ImageShape,
    latent_size: int,
    width: int,
    output: nn.Module,
    *,
    hidden_layers: int = HIDDEN_LAYERS,
) -> nn.Sequential:
    """Builds a network from latents (n, latent_size) to images (n, *shape).

    Args:
        family: how it is made.
        shape: channels, height, width of the images.
        latent_size: dimensions of the latent.
        width: channels of the largest feature map, or hidden units.
        output: last layer, which maps numbers into the range of the images.
        hidden_layers: of a fully connected network.

    Raises:
        ImageShapeError: see `halvings`.
    """
    match family:
        case "conv":
            return conv_generator(shape, latent_size, width, output)
        case "resnet":
            return resnet_generator(shape, latent_size, width, output)
        case "mlp":
            return mlp_generator(shape, latent_size, width, hidden_layers, output)


def encoder_of(
    family: Family,
    shape: ImageShape,
    outputs: int,
    width: int,
    *,
    batch_norm: bool,
    hidden_layers: int = HIDDEN_LAYERS,
) -> nn.Sequential:
    """Builds a network from images (n, *shape) to numbers (n, outputs): critic, discriminator or encoder.

    Args:
        family: how it is made.
        shape: channels, height, width of the images.
        outputs: numbers per image.
        width: channels of the largest feature map, or hidden units.
        batch_norm: between convolutions; the other families have none.
        hidden_layers: of a fully connected network.

    Raises:
        ImageShapeError: see `halvings`.
    """
    match family:
        case "conv":
            return conv_encoder(shape, outputs, width, batch_norm=batch_norm)
        case "resnet":
            return resnet_encoder(shape, outputs, width)
        case "mlp":
            return mlp_encoder(shape, outputs, width, hidden_layers)
