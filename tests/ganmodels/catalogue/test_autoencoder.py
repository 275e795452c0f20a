"""What makes an auto-encoder itself: what goes in comes out."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.autoencoder import build, reconstruction_loss
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


class _Grey(nn.Module):
    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(codes), 1, 16, 16)


def test_the_loss_is_half_the_squared_distance() -> None:
    networks = nn.ModuleDict({"generator": _Grey(), "encoder": nn.Flatten()})
    losses = reconstruction_loss(networks, Batch(torch.full((4, 1, 16, 16), 0.5), 8, torch_rng(0)))
    assert losses["energy"].item() == pytest.approx(8.0)
    assert losses["loss"].item() == pytest.approx(32.0)


@pytest.mark.parametrize("network", ["conv", "elu"])
def test_codes_have_mean_nothing_and_variance_one(network: str) -> None:
    torch.manual_seed(0)
    networks = build((3, 32, 32), latent_size=6, width=4, network=network)
    codes = networks["encoder"](torch.rand(64, 3, 32, 32))
    assert codes.mean(0).abs().max() < 1e-4
    if network == "conv":  # BEGAN's first weights make codes too alike to be told from nothing
        torch.testing.assert_close(codes.var(0, correction=0), torch.ones(6), atol=0.2, rtol=0)
    assert networks["generator"](codes).shape == (64, 3, 32, 32)


def test_it_learns_to_hand_an_image_through() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=4, width=4)
    images = torch.randn(8, 1, 16, 16, generator=torch_rng(1)).clamp(-1, 1)
    optimizer = torch.optim.Adam(networks.parameters(), 5e-3)
    losses = []
    for _ in range(40):
        loss = reconstruction_loss(networks, Batch(images, 4, torch_rng(0)))["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
