"""DCGAN: the first GAN's game, played by convolutional networks that train without falling apart.

Alec Radford, Luke Metz, Soumith Chintala: Unsupervised Representation Learning with Deep Convolutional
Generative Adversarial Networks. ICLR 2016, arXiv:1511.06434.

Differs from its parent, GAN (arXiv:1406.2661), in its networks alone: strides instead of pooling, batch
normalisation in both networks except where images come in or go out, no hidden layer that is fully
connected, rectifiers and a tanh in the generator, leaky ones in the discriminator, and weights that start
from N(0, 0.02²). What its losses don't tell is what the parent's don't: how good the images are.
"""

from typing import Annotated

import torch
from torch import nn

from ganmodels.layers.priors import UniformPrior
from ganmodels.losses.adversarial import discriminator_cross_entropy, non_saturating
from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.initialisation import dcgan_weights
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 100,
    width: Annotated[int, About("channels of the largest feature map", 4, 1024)] = 128,
) -> nn.ModuleDict:
    """Builds generator and discriminator for images of one shape (channels, height, width)."""
    generator = nn.Sequential(UniformPrior(), *conv_generator(shape, latent_size, width, nn.Tanh()))
    discriminator = conv_encoder(shape, 1, width, batch_norm=True)
    networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    dcgan_weights(networks)
    return networks


def discriminator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """Cross-entropy of real against generated, each normalised in a batch of its own."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    on_real = networks["discriminator"](batch.images).flatten()
    on_generated = networks["discriminator"](generated).flatten()
    loss = discriminator_cross_entropy(on_real, on_generated)
    return {"loss": loss, "real": on_real.sigmoid().mean(), "generated": on_generated.sigmoid().mean()}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """−E[log D(G(z))]."""
    scores = networks["discriminator"](networks["generator"](batch.latents())).flatten()
    return {"loss": non_saturating(scores)}


_ADAM = Adam(learning_rate=2e-4, betas=(0.5, 0.999))

RECIPE = Recipe(
    title="DCGAN",
    paper="arXiv:1511.06434",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=128,
    steps=100_000,
    ema_decay=0.999,
    departures={
        "width": "the paper: 64 px from four doublings, kernels of 5×5; here as many doublings as the side "
        "allows, kernels of 4×4, whose overlap is even",
        "ema_decay": "the paper: no average of weights",
    },
)
