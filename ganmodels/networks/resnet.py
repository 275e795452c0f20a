"""Residual networks for small images: the shape with which WGAN-GP and SNGAN report their best numbers.

Width is the same at every size, as in both papers at 32 px. Gulrajani et al. 2017 (arXiv:1704.00028),
appendix F; Miyato et al. 2018 (arXiv:1802.05957), appendix B.4.
"""

from jaxtyping import Float
from torch import Tensor, nn

from ganmodels.networks.shapes import ImageShape, halvings


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions behind rectifiers, added to what came in; may double or halve the image."""

    def __init__(
        self,
        before: int,
        after: int,
        *,
        up: bool = False,
        down: bool = False,
        batch_norm: bool = False,
        first: bool = False,
    ) -> None:
        """Builds the block.

        Args:
            before: channels that come in.
            after: channels that go out.
            up: double the side by repeating pixels, before the first convolution.
            down: halve the side by averages of four pixels, after the second.
            batch_norm: normalise over the batch before each rectifier.
            first: what comes in are pixels, which no rectifier should cut.
        """
        super().__init__()
        bigger: list[nn.Module] = [nn.Upsample(scale_factor=2)] if up else []
        smaller: list[nn.Module] = [nn.AvgPool2d(2)] if down else []
        self.residual = nn.Sequential(
            *([] if first else _activation(before, batch_norm)),
            *bigger,
            nn.Conv2d(before, after, 3, padding=1),
            *_activation(after, batch_norm),
            nn.Conv2d(after, after, 3, padding=1),
            *smaller,
        )
        match = [nn.Conv2d(before, after, 1)] if before != after else []
        self.shortcut = nn.Sequential(*bigger, *match, *smaller)

    def forward(self, features: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d i j"]:
        """Adds the residual to the shortcut."""
        total: Tensor = self.shortcut(features) + self.residual(features)
        return total


class SpatialSum(nn.Module):
    """Sums features over the image: one number per channel."""

    def forward(self, features: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c"]:
        """Sums over height and width."""
        return features.sum(dim=(2, 3))


def resnet_generator(shape: ImageShape, latent_size: int, width: int, output: nn.Module) -> nn.Sequential:
    """Builds a network from latents (n, latent_size) to images (n, *shape), with batch normalisation.

    Args:
        shape: channels, height, width of the images.
        latent_size: dimensions of the latent.
        width: channels of every block.
        output: last layer, which maps numbers into the range of the images.

    Raises:
        ImageShapeError: see `halvings`.
    """
    depth = halvings(shape)
    side = shape[1] // 2**depth
    blocks = [ResidualBlock(width, width, up=True, batch_norm=True) for _ in range(depth)]
    return nn.Sequential(
        nn.Linear(latent_size, width * side * side),
        nn.Unflatten(1, (width, side, side)),
        *blocks,
        *_activation(width, batch_norm=True),
        nn.Conv2d(width, shape[0], 3, padding=1),
        output,
    )


def resnet_encoder(shape: ImageShape, outputs: int, width: int) -> nn.Sequential:
    """Builds a network from images (n, *shape) to numbers (n, outputs), without normalisation.

    Blocks halve the image until its side is at most 8 px; two more leave it as it is.

    Args:
        shape: channels, height, width of the images.
        outputs: numbers per image.
        width: channels of every block.

    Raises:
        ImageShapeError: see `halvings`.
    """
    depth = halvings(shape)
    side = shape[1] // 2**depth
    reductions = depth - 1 if 2 * side <= 8 else depth
    return nn.Sequential(
        ResidualBlock(shape[0], width, down=True, first=True),
        *(ResidualBlock(width, width, down=True) for _ in range(reductions - 1)),
        ResidualBlock(width, width),
        ResidualBlock(width, width),
        nn.ReLU(),
        SpatialSum(),
        nn.Linear(width, outputs),
    )


def _activation(channels: int, batch_norm: bool) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU()] if batch_norm else [nn.ReLU()]
