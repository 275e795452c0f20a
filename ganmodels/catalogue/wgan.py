"""WGAN: a critic that estimates how far apart two distributions lie, kept in bounds by clipping its weights.

Martin Arjovsky, Soumith Chintala, Léon Bottou: Wasserstein GAN. ICML 2017, arXiv:1701.07875.

Differs from its parent, DCGAN (arXiv:1511.06434), in what the second network is: no discriminator with a
sigmoid, but a critic with a score, trained five times as often, whose weights are put back into [-c, c] after
every move; RMSprop instead of Adam, for momentum makes it unstable. The critic's negative loss falls as
images improve. It does not tell the Wasserstein distance itself, but an unknown multiple of it: the bound on
the weights fixes the slope only up to a constant that depends on the network.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.initialisation import dcgan_weights
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Batch, Losses, Player, Recipe, RMSprop
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 100,
    network: Annotated[Literal["conv", "mlp"], About("family of both networks")] = "conv",
    width: Annotated[
        int, About("the generator's channels in its largest feature map, or hidden units", 4, 4096)
    ] = 64,
    critic_width: Annotated[int, About("the same of the critic", 4, 4096)] = 64,
) -> nn.ModuleDict:
    """Builds generator and critic for images of one shape (channels, height, width)."""
    networks = nn.ModuleDict(
        {
            "generator": generator_of(network, shape, latent_size, width, nn.Tanh()),
            "critic": encoder_of(network, shape, 1, critic_width, batch_norm=True),
        }
    )
    if network == "conv":
        dcgan_weights(networks)
    return networks


def critic_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """E[critic(generated)] − E[critic(real)]."""
    critic = networks["critic"]
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    distance = critic(batch.images).mean() - critic(generated).mean()
    return {"loss": -distance, "distance": distance}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """−E[critic(generated)]."""
    return {"loss": -networks["critic"](networks["generator"](batch.latents())).mean()}


_RMSPROP = RMSprop(learning_rate=5e-5)

RECIPE = Recipe(
    title="WGAN",
    paper="arXiv:1701.07875",
    image_range=(-1.0, 1.0),
    players=(
        Player(("critic",), critic_loss, _RMSPROP, updates=5, clip=0.01),
        Player(("generator",), generator_loss, _RMSPROP),
    ),
    batch_size=64,
    steps=200_000,
    ema_decay=0.999,
    signal="critic.distance",
    departures={
        "network": "the paper: DCGAN at 64 px; here with as many halvings as the image's size allows",
        "ema_decay": "the paper: no average of weights",
    },
)
