"""Auto-encoder: an encoder and a decoder that hand an image through a narrow code.

Geoffrey Hinton, Ruslan Salakhutdinov: Reducing the Dimensionality of Data with Neural Networks. Science 313,
2006. The shape is the one of the discriminators of EBGAN (Junbo Zhao, Michael Mathieu, Yann LeCun:
Energy-based Generative Adversarial Network. ICLR 2017, arXiv:1609.03126) and, with `network="elu"`, of BEGAN
(arXiv:1703.10717).

The parent of neither game, but what both play with, and the floor to hold a VAE against: nothing makes the
codes of images fill a known distribution. Their means and variances alone are brought to 0 and 1, so that a
latent from N(0, I) is of the right size; an image drawn from one is what the decoder makes of a code that no
image has. The error tells how well images are handed through, and nothing of such samples.
"""

from typing import Annotated, Literal

from torch import nn

from ganmodels.losses.energy import reconstruction_energy
from ganmodels.networks.autoencoder import EluDecoder, elu_encoder
from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("numbers in the code", 1, 4096)] = 32,
    network: Annotated[
        Literal["conv", "elu"], About("strided convolutions as in EBGAN, or BEGAN's exponential linear units")
    ] = "conv",
    width: Annotated[int, About("channels of the largest feature map", 4, 1024)] = 32,
) -> nn.ModuleDict:
    """Builds decoder ("generator") and encoder for images of one shape (channels, height, width)."""
    decoder: nn.Module
    if network == "conv":
        decoder = conv_generator(shape, latent_size, width, nn.Tanh())
        encoder = conv_encoder(shape, latent_size, width, batch_norm=True)
    else:
        decoder = EluDecoder(shape, latent_size, width, nn.Tanh())
        encoder = elu_encoder(shape, latent_size, width)
    encoder.append(nn.BatchNorm1d(latent_size, affine=False))
    return nn.ModuleDict({"generator": decoder, "encoder": encoder})


def reconstruction_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """½ E[‖Dec(Enc(x)) − x‖²] per image; logged beside it, the mean norm, which EBGAN calls energy."""
    energy = reconstruction_energy(networks["generator"](networks["encoder"](batch.images)), batch.images)
    return {"loss": 0.5 * energy.square().mean(), "energy": energy.mean()}


RECIPE = Recipe(
    title="Auto-encoder",
    paper="arXiv:1609.03126",
    image_range=(-1.0, 1.0),
    players=(Player(("generator", "encoder"), reconstruction_loss, Adam(learning_rate=1e-3)),),
    batch_size=100,
    steps=30_000,
    ema_decay=0.999,
    signal="generator.loss",
    departures={"ema_decay": "the papers: no average of weights"},
)
