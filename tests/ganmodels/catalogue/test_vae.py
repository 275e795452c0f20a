"""What makes a VAE itself: one loss for two networks, made of reconstruction and KL."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.vae import RECIPE, build, negative_elbo
from ganmodels.losses.elbo import gaussian_nll
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng

IMAGES = torch.full((4, 1, 16, 16), 0.25)


class _PriorEncoder(nn.Module):
    """Answers the prior for every image: KL = 0."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(images), 16)


class _GreyDecoder(nn.Module):
    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.full((len(latents), 1, 16, 16), 0.5)


def _batch() -> Batch:
    return Batch(IMAGES, 8, torch_rng(0))


def test_with_the_prior_as_posterior_only_reconstruction_is_left() -> None:
    networks = nn.ModuleDict({"generator": _GreyDecoder(), "encoder": _PriorEncoder()})
    losses = negative_elbo(networks, _batch())
    assert losses["kl"].item() == 0
    assert losses["loss"].item() == pytest.approx(256 * torch.tensor(2.0).log().item(), rel=1e-5)


def test_likelihood_is_a_setting() -> None:
    networks = nn.ModuleDict({"generator": _GreyDecoder(), "encoder": _PriorEncoder()})
    losses = negative_elbo(networks, _batch(), likelihood="gaussian", pixel_std=0.5)
    torch.testing.assert_close(losses["loss"], gaussian_nll(torch.full_like(IMAGES, 0.5), IMAGES, 0.5))


def test_the_weight_multiplies_the_kl_alone() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=8, width=4)
    one, four = (negative_elbo(networks, _batch(), kl_weight=weight) for weight in (1.0, 4.0))
    torch.testing.assert_close(four["loss"] - one["loss"], 3 * one["kl"], rtol=1e-4, atol=1e-4)


def test_free_bits_are_off_as_in_the_paper() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=8, width=4)
    assert negative_elbo(networks, _batch())["kl"] == negative_elbo(networks, _batch(), free_bits=0.0)["kl"]
    assert negative_elbo(networks, _batch(), free_bits=5.0)["kl"].item() == pytest.approx(8 * 5.0)


def test_encoder_and_decoder_move_together() -> None:
    (player,) = RECIPE.players
    assert set(player.networks) == {"generator", "encoder"}
