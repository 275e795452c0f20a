"""Convolutional networks for small images: a side of 3 to 7 px doubled until it is the image's, and back."""

from itertools import pairwise

from torch import nn

from ganmodels.networks.shapes import ImageShape, halvings

_SLOPE = 0.2


def conv_generator(shape: ImageShape, latent_size: int, width: int, output: nn.Module) -> nn.Sequential:
    """Builds a network from latents (n, latent_size) to images (n, *shape), with batch normalisation.

    Args:
        shape: channels, height, width of the images.
        latent_size: dimensions of the latent.
        width: channels at half the image's size; doubled at every halving below.
        output: last layer, which maps numbers into the range of the images.

    Raises:
        ImageShapeError: see `halvings`.
    """
    depth = halvings(shape)
    side = shape[1] // 2**depth
    channels = [width * 2**level for level in reversed(range(depth))]
    layers: list[nn.Module] = [
        nn.Linear(latent_size, channels[0] * side * side, bias=False),
        nn.Unflatten(1, (channels[0], side, side)),
    ]
    for before, after in pairwise(channels):
        layers += [nn.BatchNorm2d(before), nn.ReLU(), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.ConvTranspose2d(width, shape[0], 4, 2, 1), output]
    return nn.Sequential(*layers)


def conv_encoder(shape: ImageShape, outputs: int, width: int, *, batch_norm: bool) -> nn.Sequential:
    """Builds a network from images (n, *shape) to numbers (n, outputs): critic, discriminator or encoder.

    Args:
        shape: channels, height, width of the images.
        outputs: numbers per image.
        width: channels after the first halving; doubled at every further one.
        batch_norm: normalise over the batch between the layers. Never in a critic under a gradient penalty,
            which is a property of one image at a time.

    Raises:
        ImageShapeError: see `halvings`.
    """
    depth = halvings(shape)
    side = shape[1] // 2**depth
    layers: list[nn.Module] = [nn.Conv2d(shape[0], width, 4, 2, 1), nn.LeakyReLU(_SLOPE)]
    for before, after in pairwise(width * 2**level for level in range(depth)):
        layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=not batch_norm))
        if batch_norm:
            layers.append(nn.BatchNorm2d(after))
        layers.append(nn.LeakyReLU(_SLOPE))
    layers += [nn.Flatten(), nn.Linear(width * 2 ** (depth - 1) * side * side, outputs)]
    return nn.Sequential(*layers)
