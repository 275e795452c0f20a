"""LSGAN: a GAN whose discriminator is a regression, so that samples far on the right side still move.

Xudong Mao, Qing Li, Haoran Xie, Raymond Y.K. Lau, Zhen Wang, Stephen Paul Smolley: Least Squares Generative
Adversarial Networks. ICCV 2017, arXiv:1611.04076.

Differs from its parent, DCGAN (arXiv:1511.06434), in the loss: squares of the distance to targets a
(generated), b (real) and c (what the generator aims at). `a=0 b=1 c=1` is the paper's 0-1 coding, the
default; with `a=-1 b=1 c=0`, where b − c = 1 and b − a = 2, the generator lowers the Pearson χ² divergence
between p_r + p_g and 2 p_g. The losses don't tell how good the images are.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.losses.least_squares import discriminator_least_squares, generator_least_squares
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 1024,
    network: Annotated[Literal["conv", "mlp"], About("family of both networks")] = "conv",
    width: Annotated[int, About("channels of the largest feature map, or hidden units", 4, 4096)] = 64,
) -> nn.ModuleDict:
    """Builds generator and discriminator for images of one shape (channels, height, width)."""
    return nn.ModuleDict(
        {
            "generator": generator_of(network, shape, latent_size, width, nn.Tanh()),
            "discriminator": encoder_of(network, shape, 1, width, batch_norm=True),
        }
    )


def discriminator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    a: Annotated[float, About("target for generated images", -10.0, 10.0)] = 0.0,
    b: Annotated[float, About("target for real images", -10.0, 10.0)] = 1.0,
) -> Losses:
    """½ E[(D(x) − b)²] + ½ E[(D(G(z)) − a)²]."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    on_real = networks["discriminator"](batch.images).flatten()
    on_generated = networks["discriminator"](generated).flatten()
    loss = discriminator_least_squares(on_real, on_generated, a=a, b=b)
    return {"loss": loss, "real": on_real.mean(), "generated": on_generated.mean()}


def generator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    c: Annotated[float, About("what the generator wants to hear of its images", -10.0, 10.0)] = 1.0,
) -> Losses:
    """½ E[(D(G(z)) − c)²]."""
    scores = networks["discriminator"](networks["generator"](batch.latents())).flatten()
    return {"loss": generator_least_squares(scores, c=c)}


_ADAM = Adam(learning_rate=2e-4, betas=(0.5, 0.999))

RECIPE = Recipe(
    title="LSGAN",
    paper="arXiv:1611.04076",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=64,
    steps=100_000,
    ema_decay=0.999,
    departures={
        "network": "the paper: a generator of twice the depth for 112 px scenes; here DCGAN's plan",
        "optimizer": "the paper: 0.001 for scenes and 0.0002 for characters; here the latter",
        "ema_decay": "the paper: no average of weights",
    },
)
