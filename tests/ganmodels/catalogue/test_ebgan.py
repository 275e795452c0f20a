"""What makes EBGAN itself: energies, a margin, codes pulled apart."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.ebgan import build, discriminator_loss, generator_loss
from ganmodels.networks.autoencoder import AutoEncoder
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng

BATCH = Batch(torch.full((4, 1, 16, 16), 0.5), 8, torch_rng(0))


class _White(nn.Module):
    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.ones(len(latents), 1, 16, 16)


class _ToBlack(nn.Module):
    """A decoder that answers 0 for every code, so that an image's energy is its norm."""

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        return 0 * codes.view(len(codes), 1, 16, 16)


@pytest.fixture
def networks() -> nn.ModuleDict:
    return nn.ModuleDict({"generator": _White(), "discriminator": AutoEncoder(nn.Flatten(), _ToBlack())})


def test_energies_are_norms_and_the_margin_ends_the_push(networks: nn.ModuleDict) -> None:
    losses = discriminator_loss(networks, BATCH, margin=20.0)
    assert (losses["real"].item(), losses["generated"].item()) == pytest.approx((8.0, 16.0))
    assert losses["loss"].item() == pytest.approx(8 + 4)
    assert discriminator_loss(networks, BATCH, margin=10.0)["loss"].item() == pytest.approx(8)


def test_samples_that_are_all_alike_pay_for_it(networks: nn.ModuleDict) -> None:
    losses = generator_loss(networks, BATCH, pulling_away_weight=0.5)
    assert losses["alike"].item() == pytest.approx(1, abs=1e-5)
    assert losses["loss"].item() == pytest.approx(16.5)
    assert generator_loss(networks, BATCH, pulling_away_weight=0.0)["loss"].item() == pytest.approx(16)


def test_the_discriminator_answers_images() -> None:
    networks = build((3, 32, 32), latent_size=8, width=4, discriminator_width=4)
    assert networks["discriminator"](torch.zeros(2, 3, 32, 32)).shape == (2, 3, 32, 32)
