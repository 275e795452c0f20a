"""BEGAN: an auto-encoding discriminator and a generator kept in balance by a controller.

David Berthelot, Thomas Schumm, Luke Metz: BEGAN: Boundary Equilibrium Generative Adversarial Networks. 2017,
arXiv:1703.10717.

Differs from its parent, EBGAN (arXiv:1609.03126), in having no margin: the discriminator's weight k on
generated images is moved after every step so that their error stays γ times the real images' one. γ trades
diversity (high) for fidelity (low). M_global = L(x) + |γ L(x) − L(G(z))| falls as training goes on, and when
it falls no more the learning rates are halved. It does not tell diversity: one image drawn perfectly again
and again can hold the balance.
"""

from typing import Annotated

import torch
from torch import nn

from ganmodels.layers.priors import UniformPrior
from ganmodels.layers.ranges import CutWhenSampled
from ganmodels.losses.energy import absolute_error
from ganmodels.losses.equilibrium import convergence, halve_when_stalled, next_balance
from ganmodels.networks.autoencoder import EluDecoder, elu_autoencoder
from ganmodels.networks.initialisation import glorot_weights
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Memory, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z and of the code", 1, 4096)] = 64,
    width: Annotated[int, About("n, channels at full size", 4, 1024)] = 64,
) -> nn.ModuleDict:
    """Builds generator and auto-encoding discriminator for images of one shape (channels, height, width)."""
    decoder = EluDecoder(shape, latent_size, width, CutWhenSampled(-1.0, 1.0))
    generator = nn.Sequential(UniformPrior(), decoder)
    discriminator = elu_autoencoder(shape, latent_size, width)
    networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    glorot_weights(networks)
    return networks


def discriminator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """L(x) − k · L(G(z)), with the mean absolute error of a pixel as L."""
    with torch.no_grad():
        generated = networks["generator"](batch.latents())
    on_real = absolute_error(networks["discriminator"](batch.images), batch.images)
    on_generated = absolute_error(networks["discriminator"](generated), generated)
    return {"loss": on_real - batch.memory["k"] * on_generated, "real": on_real, "generated": on_generated}


def generator_loss(networks: nn.ModuleDict, batch: Batch) -> Losses:
    """L(G(z))."""
    images = networks["generator"](batch.latents())
    return {"loss": absolute_error(networks["discriminator"](images), images)}


def update_memory(
    memory: Memory,
    losses: Memory,
    *,
    diversity_ratio: Annotated[float, About("γ, generated over real error at balance", 0.0, 1.0)] = 0.5,
    gain: Annotated[float, About("λ_k, how fast k follows", 0.0, 1.0)] = 0.001,
    patience: Annotated[
        int, About("steps without a new best M_global until the rates are halved; 0 is never", 0, 10**9)
    ] = 10_000,
) -> Memory:
    """Moves k, notes M_global, and halves the rates where it has stalled."""
    real, generated = losses["discriminator.real"], losses["generator.loss"]
    m_global = convergence(real, generated, diversity_ratio=diversity_ratio)
    return {
        "k": next_balance(memory["k"], real, generated, diversity_ratio=diversity_ratio, gain=gain),
        "m_global": m_global,
        **halve_when_stalled(memory, m_global, patience=patience),
    }


def rate(memory: Memory) -> float:
    """Reads the factor on the learning rates off the memory."""
    return memory["rate"]


_ADAM = Adam(learning_rate=1e-4)

RECIPE = Recipe(
    title="BEGAN",
    paper="arXiv:1703.10717",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator",), discriminator_loss, _ADAM),
        Player(("generator",), generator_loss, _ADAM),
    ),
    batch_size=16,
    steps=200_000,
    ema_decay=0.999,
    memory={"k": 0.0, "m_global": 0.0, "smooth": 0.0, "best": 0.0, "waited": 0.0, "rate": 1.0},
    update_memory=update_memory,
    schedule=rate,
    signal="memory.m_global",
    departures={
        "patience": "the paper halves the rate when M_global stalls and doesn't say when that is; here when "
        "its running average has found no new best for so many steps",
        "width": "the paper's vanishing residuals, which help its larger networks, are left out; it tells no "
        "first weights, here Glorot's",
        "image_range": "the paper's generator is unbounded; so is ours in training, and cut when sampled",
        "ema_decay": "the paper: no average of weights",
    },
)
