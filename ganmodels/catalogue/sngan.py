"""SNGAN: a discriminator whose every layer is divided by its largest singular value.

Takeru Miyato, Toshiki Kataoka, Masanori Koyama, Yuichi Yoshida: Spectral Normalization for Generative
Adversarial Networks. ICLR 2018, arXiv:1802.05957.

Differs from its parent, WGAN-GP (arXiv:1704.00028), in how the discriminator's slope is bounded: everywhere
and by construction, at the cost of one power iteration per layer and pass, instead of by a penalty at sampled
points. The hinge loss asks for a margin and is then content. Its losses don't tell how good the images are.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.losses.hinge import discriminator_hinge
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.networks.spectral import normalise_spectrally
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 128,
    network: Annotated[Literal["conv", "resnet"], About("family of both networks")] = "conv",
    width: Annotated[int, About("the generator's channels in its largest feature map", 4, 1024)] = 64,
    discriminator_width: Annotated[int, About("the same of the discriminator", 4, 1024)] = 64,
    power_iterations: Annotated[int, About("of the singular values, per pass", 1, 100)] = 1,
) -> nn.ModuleDict:
    """Builds generator and discriminator for images of one shape (channels, height, width)."""
    generator = generator_of(network, shape, latent_size, width, nn.Tanh())
    discriminator = encoder_of(network, shape, 1, discriminator_width, batch_norm=False)
    normalise_spectrally(discriminator, power_iterations)
    return nn.ModuleDict({"generator": generator, "discriminator": discriminator})


def discriminator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))]."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    on_real = networks["discriminator"](batch.images).flatten()
    on_generated = networks["discriminator"](generated).flatten()
    loss = discriminator_hinge(on_real, on_generated)
    return {"loss": loss, "real": on_real.mean(), "generated": on_generated.mean()}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """−E[D(G(z))]."""
    return {"loss": -networks["discriminator"](networks["generator"](batch.latents())).mean()}


_ADAM = Adam(learning_rate=2e-4, betas=(0.0, 0.9))

RECIPE = Recipe(
    title="SNGAN",
    paper="arXiv:1802.05957",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM, updates=5),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=64,
    steps=50_000,
    ema_decay=0.999,
    departures={
        "network": "the paper: a discriminator with 3×3 layers between the halvings; here DCGAN's plan, or "
        "`resnet`, the paper's other network",
        "optimizer": "the numbers are of the paper's residual networks (its setting C for others has betas "
        "0.5 and 0.999); the paper's rate falls to 0 along the training, ours stays",
        "ema_decay": "the paper: no average of weights",
    },
)
