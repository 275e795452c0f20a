"""WGAN-GP: a Wasserstein critic kept at slope one by a penalty on its gradient.

Ishaan Gulrajani, Faruk Ahmed, Martin Arjovsky, Vincent Dumoulin, Aaron Courville: Improved Training of
Wasserstein GANs. NeurIPS 2017, arXiv:1704.00028.

Differs from its parent, WGAN (arXiv:1701.07875), in one thing: instead of clipping the critic's weights it
asks, at random points between real and generated images, for a gradient of norm one. Hence no batch
normalisation in the critic, and Adam instead of RMSprop. The critic's negative loss estimates a distance and
falls as images improve, but it is comparable only within one training: two critics of different capacity
measure with different rulers.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.losses.gradient_penalty import gradient_penalty
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 128,
    network: Annotated[Literal["conv", "mlp", "resnet"], About("family of both networks")] = "conv",
    width: Annotated[
        int, About("the generator's channels in its largest feature map, or hidden units", 4, 4096)
    ] = 64,
    critic_width: Annotated[int, About("the same of the critic", 4, 4096)] = 64,
) -> nn.ModuleDict:
    """Builds generator and critic for images of one shape (channels, height, width)."""
    return nn.ModuleDict(
        {
            "generator": generator_of(network, shape, latent_size, width, nn.Tanh()),
            "critic": encoder_of(network, shape, 1, critic_width, batch_norm=False),
        }
    )


def critic_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    penalty_weight: Annotated[float, About("λ, weight of the gradient penalty", 0.0, 1e4)] = 10.0,
) -> Losses:
    """E[critic(generated)] − E[critic(real)] + λ · gradient penalty."""
    critic = networks["critic"]
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    distance = critic(batch.images).mean() - critic(generated).mean()
    penalty = gradient_penalty(critic, batch.images, generated, batch.uniform(len(batch.images)))
    return {"loss": penalty_weight * penalty - distance, "distance": distance, "penalty": penalty}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """−E[critic(generated)]."""
    return {"loss": -networks["critic"](networks["generator"](batch.latents())).mean()}


_ADAM = Adam(learning_rate=1e-4, betas=(0.0, 0.9))

RECIPE = Recipe(
    title="WGAN-GP",
    paper="arXiv:1704.00028",
    image_range=(-1.0, 1.0),
    players=(
        Player(("critic",), critic_loss, _ADAM, updates=5),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=64,
    steps=200_000,
    ema_decay=0.999,
    signal="critic.distance",
    departures={
        "network": "the paper: DCGAN or residual networks at 64 px; here DCGAN's plan with as many halvings "
        "as the image's size allows",
        "ema_decay": "the paper: no average of weights",
    },
)
