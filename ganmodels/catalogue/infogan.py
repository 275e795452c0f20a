"""InfoGAN: a GAN part of whose latent must be readable from the image, and so comes to mean something.

Xi Chen, Yan Duan, Rein Houthooft, John Schulman, Ilya Sutskever, Pieter Abbeel: InfoGAN: Interpretable
Representation Learning by Information Maximizing Generative Adversarial Nets. NeurIPS 2016,
arXiv:1606.03657.

Differs from its parent, DCGAN (arXiv:1511.06434), in one term: a head Q on the discriminator's features reads
codes back from generated images, and a lower bound on their mutual information is raised by both sides. The
latent begins with the continuous codes (`layers.priors.CodePrior`), then come the categories, of which the
largest number counts, then noise. The bound, in nats, tells how much of the codes is to be seen; it does not
tell what they mean, nor how good the images are.
"""

from typing import Annotated, cast

import torch
from torch import Tensor, nn

from ganmodels.errors import SettingError
from ganmodels.layers.priors import CodePrior
from ganmodels.losses.adversarial import discriminator_cross_entropy, non_saturating
from ganmodels.losses.information import categorical_information, continuous_information
from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.shapes import ImageShape
from ganmodels.recipe import Adam, Batch, Losses, Player, Recipe
from ganmodels.settings import About

_HEAD_WIDTH = 128
_SLOPE = 0.1

CategoricalWeight = Annotated[float, About("λ, weight of the categorical code's information", 0.0, 100.0)]
ContinuousWeight = Annotated[float, About("the same of the continuous codes", 0.0, 100.0)]


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent: codes and noise", 1, 4096)] = 74,
    categories: Annotated[int, About("values of the categorical code; 0 leaves it out", 0, 1000)] = 10,
    continuous_codes: Annotated[int, About("codes uniform on [-1, 1]", 0, 1000)] = 2,
    width: Annotated[int, About("channels of the largest feature map", 4, 1024)] = 64,
) -> nn.ModuleDict:
    """Builds generator, discriminator and the head Q for images of one shape (channels, height, width).

    Raises:
        SettingError: the latent has no room for the codes, or there are none.
    """
    codes = categories + continuous_codes
    if not 0 < codes <= latent_size:
        raise SettingError(
            f"{categories} categories and {continuous_codes} continuous codes don't fit a latent of "
            f"{latent_size} dimensions; give at least one code and latent_size={max(codes, 1)} or more"
        )
    prior = CodePrior(continuous_codes, categories)
    discriminator = conv_encoder(shape, 1, width, batch_norm=True)
    features = cast(nn.Linear, discriminator[-1]).in_features
    recognition = nn.Sequential(
        nn.Linear(features, _HEAD_WIDTH, bias=False),
        nn.BatchNorm1d(_HEAD_WIDTH),
        nn.LeakyReLU(_SLOPE),
        nn.Linear(_HEAD_WIDTH, categories + 2 * continuous_codes),
    )
    generator = nn.Sequential(prior, *conv_generator(shape, latent_size, width, nn.Tanh()))
    return nn.ModuleDict({"generator": generator, "discriminator": discriminator, "recognition": recognition})


def information(networks: nn.ModuleDict, features: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
    """Computes the bounds on the information in the categorical and in the continuous codes, in nats."""
    prior = cast(CodePrior, cast(nn.Sequential, networks["generator"])[0])
    continuous, chosen = prior.codes(latents)
    answer = networks["recognition"](features)
    scores, mean, log_std = answer.split([chosen.shape[1], continuous.shape[1], continuous.shape[1]], dim=1)
    nothing = answer.new_zeros(())
    return (
        categorical_information(scores, chosen) if chosen.shape[1] else nothing,
        continuous_information(mean, log_std, continuous) if continuous.shape[1] else nothing,
    )


def discriminator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    categorical_weight: CategoricalWeight = 1.0,
    continuous_weight: ContinuousWeight = 0.1,
) -> Losses:
    """Cross-entropy of real against generated, less what Q reads from the generated images."""
    discriminator = cast(nn.Sequential, networks["discriminator"])
    trunk, head = discriminator[:-1], discriminator[-1]
    latents = batch.latents()
    with torch.no_grad():
        generated = networks["generator"](latents)
    features = trunk(generated)
    loss = discriminator_cross_entropy(head(trunk(batch.images)).flatten(), head(features).flatten())
    categorical, continuous = information(networks, features, latents)
    gain = categorical_weight * categorical + continuous_weight * continuous
    return {"loss": loss - gain, "categorical": categorical, "continuous": continuous}


def generator_loss(
    networks: nn.ModuleDict,
    batch: Batch,
    *,
    categorical_weight: CategoricalWeight = 1.0,
    continuous_weight: ContinuousWeight = 0.1,
) -> Losses:
    """−E[log D(G(z, c))], less what Q reads from the images."""
    discriminator = cast(nn.Sequential, networks["discriminator"])
    trunk, head = discriminator[:-1], discriminator[-1]
    latents = batch.latents()
    features = trunk(networks["generator"](latents))
    categorical, continuous = information(networks, features, latents)
    gain = categorical_weight * categorical + continuous_weight * continuous
    return {"loss": non_saturating(head(features).flatten()) - gain}


RECIPE = Recipe(
    title="InfoGAN",
    paper="arXiv:1606.03657",
    image_range=(-1.0, 1.0),
    players=(
        Player(("discriminator", "recognition"), discriminator_loss, Adam(2e-4, betas=(0.5, 0.999))),
        Player(("generator",), generator_loss, Adam(1e-3, betas=(0.5, 0.999))),
    ),
    batch_size=128,
    steps=50_000,
    ema_decay=0.999,
    departures={
        "width": "the paper: two halvings and a layer of 1024 units at 28 px, leaky rectifiers of slope 0.1; "
        "here DCGAN's plan with its slope of 0.2, but for the head",
        "continuous_weight": "the paper: smaller than 1, so that both terms are of one size; here 0.1",
        "ema_decay": "the paper: no average of weights",
    },
)
