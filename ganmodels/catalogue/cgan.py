"""Conditional GAN: both networks are told the class, so that images can be drawn by label.

Mehdi Mirza, Simon Osindero: Conditional Generative Adversarial Nets. 2014, arXiv:1411.1784.

Differs from its parent, GAN (arXiv:1406.2661), in one thing: the class stands beside the latent and beside
the image. The generator is scored against images of the class that it was asked for. Its losses tell neither
how good the images are nor whether a generator obeys the label; a classifier does.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.layers.priors import UniformPrior
from ganmodels.losses.adversarial import discriminator_cross_entropy, non_saturating
from ganmodels.networks.conditional import ConditionalGenerator, JointDiscriminator
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About

_HIDDEN_LAYERS = 2


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 100,
    class_count: Annotated[int, About("classes that an image can be asked for", 1, 10_000)] = 10,
    network: Annotated[Literal["conv", "mlp"], About("family of both networks")] = "conv",
    width: Annotated[int, About("channels of the largest feature map, or hidden units", 4, 4096)] = 64,
) -> nn.ModuleDict:
    """Builds generator and discriminator for images of one shape (channels, height, width)."""
    told = latent_size + class_count
    generator = generator_of(network, shape, told, width, nn.Tanh(), hidden_layers=_HIDDEN_LAYERS)
    encoder = encoder_of(network, shape, width, width, batch_norm=True, hidden_layers=_HIDDEN_LAYERS)
    return nn.ModuleDict(
        {
            "generator": ConditionalGenerator(generator, class_count, UniformPrior()),
            "discriminator": JointDiscriminator(encoder, width, class_count, width),
        }
    )


def discriminator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """Cross-entropy of real images with their classes against images generated for the same classes."""
    labels = batch.real_labels()
    with torch.no_grad():
        generated = networks["generator"](batch.latents(), labels)
    on_real = networks["discriminator"](batch.images, labels).flatten()
    on_generated = networks["discriminator"](generated, labels).flatten()
    loss = discriminator_cross_entropy(on_real, on_generated)
    return {"loss": loss, "real": on_real.sigmoid().mean(), "generated": on_generated.sigmoid().mean()}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """−E[log D(G(z|y)|y)], for classes drawn at random."""
    labels = batch.sample_labels()
    images = networks["generator"](batch.latents(), labels)
    return {"loss": non_saturating(networks["discriminator"](images, labels).flatten())}


_ADAM = Adam(learning_rate=2e-4, betas=(0.5, 0.999))

RECIPE = Recipe(
    title="cGAN",
    paper="arXiv:1411.1784",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=100,
    steps=50_000,
    ema_decay=0.999,
    departures={
        "optimizer": "the paper: SGD with a rate falling from 0.1 and momentum rising from 0.5 to 0.7; here "
        "Adam with DCGAN's numbers (arXiv:1511.06434)",
        "network": "the paper: rectifiers with dropout and maxout, fully connected; here convolutions, or "
        "leaky rectifiers (`mlp`)",
        "latent_size": "100 as in the paper, but uniform on [-1, 1] where it takes the unit hypercube",
        "ema_decay": "the paper: no average of weights",
    },
)
