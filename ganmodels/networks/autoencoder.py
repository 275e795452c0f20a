"""Auto-encoders: an encoder and a decoder in one network, whose answer is an image and not a score."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.shapes import ImageShape, halvings


class AutoEncoder(nn.Module):
    """Maps an image to a code and the code to an image."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        """Joins the two halves."""
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Reconstructs images."""
        decoded: Tensor = self.decoder(self.encoder(images))
        return decoded


def conv_autoencoder(shape: ImageShape, code_size: int, width: int, output: nn.Module) -> AutoEncoder:
    """Builds an auto-encoder of strided convolutions: the shape of EBGAN's discriminator.

    Args:
        shape: channels, height, width of the images.
        code_size: numbers in the code.
        width: channels of the largest feature map.
        output: last layer, which maps numbers into the range of the images.

    Raises:
        ImageShapeError: see `halvings`.
    """
    encoder = conv_encoder(shape, code_size, width, batch_norm=True)
    return AutoEncoder(encoder, conv_generator(shape, code_size, width, output))


def elu_autoencoder(shape: ImageShape, code_size: int, width: int) -> AutoEncoder:
    """Builds BEGAN's discriminator: an auto-encoder with exponential linear units and no normalisation.

    Args:
        shape: channels, height, width of the images.
        code_size: numbers in the code.
        width: n, channels at full size; the encoder adds n at every halving.

    Raises:
        ImageShapeError: see `halvings`.
    """
    return AutoEncoder(elu_encoder(shape, code_size, width), EluDecoder(shape, code_size, width))


def elu_encoder(shape: ImageShape, code_size: int, width: int) -> nn.Sequential:
    """Builds the encoder of `elu_autoencoder`: two 3×3 convolutions per size, the halving by stride.

    Source: Berthelot et al. 2017 (arXiv:1703.10717), section 3.5 and figure 1.
    """
    depth = halvings(shape)
    side = shape[1] // 2**depth
    channels = [width * (level + 1) for level in range(depth + 1)]
    layers: list[nn.Module] = [nn.Conv2d(shape[0], width, 3, padding=1), nn.ELU()]
    for before, after in pairwise(channels):
        layers += _two_convolutions(before)
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ELU()]
    layers += [*_two_convolutions(channels[-1]), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(channels[-1] * side * side, code_size))


class EluDecoder(nn.Module):
    """The decoder of `elu_autoencoder`, which is BEGAN's generator, too.

    What the first layer makes of the code enters again at every size: through so many layers without
    normalisation little else of it would arrive.

    Source: Berthelot et al. 2017 (arXiv:1703.10717), sections 3.5 and 3.5.1 and figure 1.
    """

    def __init__(
        self, shape: ImageShape, code_size: int, width: int, output: nn.Module | None = None
    ) -> None:
        """Builds the layers.

        Args:
            shape: channels, height, width of the images.
            code_size: numbers in the code.
            width: n, channels of every layer; sides are doubled by repeating pixels.
            output: last layer; without, numbers are unbounded.
        """
        super().__init__()
        depth = halvings(shape)
        side = shape[1] // 2**depth
        self.first = nn.Sequential(
            nn.Linear(code_size, width * side * side), nn.Unflatten(1, (width, side, side))
        )
        self.smallest = nn.Sequential(*_two_convolutions(width))
        self.bigger = nn.ModuleList(nn.Sequential(*_two_convolutions(2 * width, width)) for _ in range(depth))
        self.last = nn.Sequential(
            nn.Conv2d(width, shape[0], 3, padding=1), *([] if output is None else [output])
        )

    def forward(self, code: Float[Tensor, "n d"]) -> Float[Tensor, "n c h w"]:
        """Decodes codes."""
        first = self.first(code)
        features = self.smallest(first)
        for block in self.bigger:
            again = interpolate(first, scale_factor=2 * features.shape[2] // first.shape[2])
            features = block(torch.cat([interpolate(features, scale_factor=2), again], dim=1))
        decoded: Tensor = self.last(features)
        return decoded


def _two_convolutions(before: int, after: int | None = None) -> list[nn.Module]:
    after = after or before
    return [
        nn.Conv2d(before, after, 3, padding=1),
        nn.ELU(),
        nn.Conv2d(after, after, 3, padding=1),
        nn.ELU(),
    ]
