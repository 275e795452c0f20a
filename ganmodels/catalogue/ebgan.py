"""EBGAN: the discriminator is an auto-encoder, and what it can't reconstruct is taken for generated.

Junbo Zhao, Michael Mathieu, Yann LeCun: Energy-based Generative Adversarial Network. ICLR 2017,
arXiv:1609.03126.

Differs from its parent, DCGAN (arXiv:1511.06434), in what the discriminator answers: an energy, the
reconstruction error, low on real images and pushed up on generated ones as far as a margin. The pulling-away
term keeps the codes of a batch of samples from pointing the same way (EBGAN-PT). The energies don't tell how
good the images are: the margin holds the generated ones wherever it is set.
"""

from typing import Annotated, cast

import torch
from torch import nn

from ganmodels.losses.energy import margin_loss, pulling_away, reconstruction_energy
from ganmodels.networks.autoencoder import AutoEncoder, conv_autoencoder
from ganmodels.networks.conv import conv_generator
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 100,
    width: Annotated[int, About("the generator's channels in its largest feature map", 4, 1024)] = 64,
    discriminator_width: Annotated[int, About("the same of both halves of the discriminator", 4, 1024)] = 64,
    code_size: Annotated[int, About("numbers in the discriminator's code", 1, 4096)] = 128,
) -> nn.ModuleDict:
    """Builds generator and auto-encoding discriminator for images of one shape (channels, height, width)."""
    return nn.ModuleDict(
        {
            "generator": conv_generator(shape, latent_size, width, nn.Tanh()),
            "discriminator": conv_autoencoder(shape, code_size, discriminator_width, nn.Tanh()),
        }
    )


def discriminator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    margin: Annotated[
        float, About("energy above which a generated image is left alone, in pixels' unit", 0.0, 1e4)
    ] = 10.0,
) -> Losses:
    """E[D(x)] + E[max(0, margin − D(G(z)))]."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    real_energy = reconstruction_energy(networks["discriminator"](batch.images), batch.images)
    generated_energy = reconstruction_energy(networks["discriminator"](generated), generated)
    loss = margin_loss(real_energy, generated_energy, margin)
    return {"loss": loss, "real": real_energy.mean(), "generated": generated_energy.mean()}


def generator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    pulling_away_weight: Annotated[
        float, About("weight of the pulling-away term; 0 is plain EBGAN", 0.0, 100.0)
    ] = 0.1,
) -> Losses:
    """E[D(G(z))] + weight · pulling-away term of the samples' codes."""
    images = networks["generator"](batch.latents())
    discriminator = cast(AutoEncoder, networks["discriminator"])
    codes = discriminator.encoder(images)
    energy = reconstruction_energy(discriminator.decoder(codes), images).mean()
    alike = pulling_away(codes)
    return {"loss": energy + pulling_away_weight * alike, "energy": energy, "alike": alike}


_ADAM = Adam(learning_rate=1e-3, betas=(0.5, 0.999))

RECIPE = Recipe(
    title="EBGAN",
    paper="arXiv:1609.03126",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=128,
    steps=50_000,
    ema_decay=0.999,
    departures={
        "margin": "the paper: found by search for each data set, 10 among its choices for MNIST",
        "width": "the paper: layers of its own for each data set, weights from N(0, 0.002) in the "
        "discriminator and N(0, 0.02) in the generator; here DCGAN's plan, from torch's first weights",
        "ema_decay": "the paper: no average of weights",
    },
)
