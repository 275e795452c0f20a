"""VAE: an encoder and a decoder trained together on a lower bound of the images' likelihood.

Diederik P. Kingma, Max Welling: Auto-Encoding Variational Bayes. ICLR 2014, arXiv:1312.6114. Weight on the KL
term: Irina Higgins et al.: beta-VAE, ICLR 2017. Free bits: Kingma et al. 2016, arXiv:1606.04934.

No game and no second opinion: one loss, which falls. A sample is the decoder's mean for a latent from the
prior, without the pixel noise of the likelihood. The bound does not tell how an image looks: pixel-wise
likelihood forgives blur and punishes a sharp edge that is one pixel off, and bounds under different
likelihoods do not compare.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from ganmodels.losses.elbo import bernoulli_nll, gaussian_kl, gaussian_nll, kl_term, reparametrise
from ganmodels.networks.families import encoder_of, generator_of
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 20,
    network: Annotated[Literal["conv", "mlp"], About("family of both networks")] = "conv",
    width: Annotated[int, About("channels of the largest feature map, or hidden units", 4, 4096)] = 32,
) -> nn.ModuleDict:
    """Builds decoder ("generator") and encoder for images of one shape (channels, height, width)."""
    return nn.ModuleDict(
        {
            "generator": generator_of(network, shape, latent_size, width, nn.Sigmoid(), hidden_layers=1),
            "encoder": encoder_of(network, shape, 2 * latent_size, width, batch_norm=True, hidden_layers=1),
        }
    )


def negative_elbo(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    kl_weight: Annotated[float, About("weight of the KL term; 1 makes it a bound", 0.0, 1e4)] = 1.0,
    free_bits: Annotated[
        float, About("nats per latent dimension without charge; 0 is off", 0.0, 100.0)
    ] = 0.0,
    likelihood: Annotated[
        Literal["bernoulli", "gaussian"], About("of a pixel, given its mean")
    ] = "bernoulli",
    pixel_std: Annotated[float, About("standard deviation of a Gaussian pixel, of [0, 1]", 1e-3, 10.0)] = 0.1,
) -> Losses:
    """−E[log p(x|z)] + weight · KL(q(z|x) ‖ p(z)), in nats per image, with one draw of z per image."""
    mean, log_variance = networks["encoder"](batch.images).chunk(2, dim=1)
    latents = reparametrise(mean, log_variance, batch.normal(*mean.shape))
    decoded: torch.Tensor = networks["generator"](latents)
    kl = kl_term(gaussian_kl(mean, log_variance), free_bits)
    if likelihood == "bernoulli":
        reconstruction = bernoulli_nll(decoded, batch.images)
    else:
        reconstruction = gaussian_nll(decoded, batch.images, pixel_std)
    return {"loss": reconstruction + kl_weight * kl, "reconstruction": reconstruction, "kl": kl}


RECIPE = Recipe(
    title="VAE",
    paper="arXiv:1312.6114",
    image_range=(0.0, 1.0),
    players=(Player(("generator", "encoder"), negative_elbo, Adam(learning_rate=1e-3)),),
    batch_size=100,
    steps=30_000,
    ema_decay=0.999,
    departures={
        "optimizer": "the paper: Adagrad with a rate chosen from 0.01, 0.02 and 0.1; here Adam at 0.001",
        "network": "the paper: one hidden layer of 500 tanh units, weights from N(0, 0.01) and a little "
        "weight decay; here convolutions, or rectifiers (`mlp`), torch's first weights, no decay",
        "ema_decay": "the paper: no average of weights",
    },
)
