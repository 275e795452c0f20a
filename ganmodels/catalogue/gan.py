"""GAN: a generator that learns to fool a discriminator which learns to tell its images from real ones.

Ian Goodfellow, Jean Pouget-Abadie, Mehdi Mirza, Bing Xu, David Warde-Farley, Sherjil Ozair, Aaron Courville,
Yoshua Bengio: Generative Adversarial Nets. NeurIPS 2014, arXiv:1406.2661. One-sided label smoothing: Tim
Salimans et al.: Improved Techniques for Training GANs. NeurIPS 2016, arXiv:1606.03498, section 3.4.

The first of its kind, so it has no parent. Its networks are fully connected, as the paper's are;
`network="conv"` gives it convolutions. Its losses do not tell how good the images are: neither falls as they
improve, and a generator that makes one perfect image again and again may score well. The value of the game is
−2 log 2 where generated and real images can't be told apart, but also where the discriminator has given up.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.losses.adversarial import discriminator_cross_entropy, game_value, minimax, non_saturating
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 100,
    network: Annotated[Literal["mlp", "conv"], About("family of both networks")] = "mlp",
    width: Annotated[
        int, About("units of a hidden layer, or channels of the largest feature map", 4, 4096)
    ] = 256,
    hidden_layers: Annotated[int, About("hidden layers of the fully connected networks", 1, 16)] = 3,
) -> nn.ModuleDict:
    """Builds generator and discriminator for images of one shape (channels, height, width)."""
    return nn.ModuleDict(
        {
            "generator": generator_of(
                network, shape, latent_size, width, nn.Tanh(), hidden_layers=hidden_layers
            ),
            "discriminator": encoder_of(
                network, shape, 1, width, batch_norm=True, hidden_layers=hidden_layers
            ),
        }
    )


def discriminator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    real_label: Annotated[
        float, About("target for real images; below 1 is one-sided label smoothing", 0.5, 1.0)
    ] = 1.0,
) -> Losses:
    """Cross-entropy of real against generated; without smoothing, the game's value with its sign turned."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    on_real = networks["discriminator"](batch.images).flatten()
    on_generated = networks["discriminator"](generated).flatten()
    loss = discriminator_cross_entropy(on_real, on_generated, real_label=real_label)
    return {
        "loss": loss,
        "value": game_value(on_real, on_generated).detach(),
        "real": on_real.sigmoid().mean(),
        "generated": on_generated.sigmoid().mean(),
    }


def generator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    objective: Annotated[
        Literal["non_saturating", "minimax"],
        About("what the generator minimises: −log D(G(z)) or log(1 − D(G(z)))"),
    ] = "non_saturating",
) -> Losses:
    """The generator's side of the game, in either of the paper's two forms."""
    scores = networks["discriminator"](networks["generator"](batch.latents())).flatten()
    return {"loss": non_saturating(scores) if objective == "non_saturating" else minimax(scores)}


_ADAM = Adam(learning_rate=2e-4, betas=(0.5, 0.999))

RECIPE = Recipe(
    title="GAN",
    paper="arXiv:1406.2661",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=100,
    steps=50_000,
    ema_decay=0.999,
    departures={
        "optimizer": "the paper: SGD with momentum; here Adam with DCGAN's numbers (arXiv:1511.06434)",
        "network": "the paper: maxout and dropout in the discriminator; here leaky rectifiers, and batch "
        "normalisation in the generator",
        "image_range": "the paper: [0, 1] through a sigmoid; here [-1, 1] through tanh",
        "ema_decay": "the paper: no average of weights",
    },
)
