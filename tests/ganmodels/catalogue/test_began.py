"""What makes BEGAN itself: k, gamma, M_global and rates that fall when it stalls."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.began import RECIPE, build, discriminator_loss, rate, update_memory
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


class _White(nn.Module):
    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.ones(len(latents), 1, 16, 16)


class _Black(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(images)


@pytest.mark.parametrize("k", [0.0, 0.5])
def test_generated_images_weigh_k(k: float) -> None:
    networks = nn.ModuleDict({"generator": _White(), "discriminator": _Black()})
    batch = Batch(torch.full((4, 1, 16, 16), 0.5), 8, torch_rng(0), memory={"k": k})
    losses = discriminator_loss(networks, batch)
    assert losses["loss"].item() == pytest.approx(0.5 - k * 1.0)


def test_k_follows_the_balance_and_m_global_is_the_papers() -> None:
    losses = {"discriminator.real": 0.4, "generator.loss": 0.1}
    memory = update_memory(RECIPE.memory, losses, diversity_ratio=0.5, gain=0.001)
    assert memory["k"] == pytest.approx(0.001 * (0.5 * 0.4 - 0.1))
    assert memory["m_global"] == pytest.approx(0.4 + abs(0.5 * 0.4 - 0.1))
    assert memory.keys() == RECIPE.memory.keys()
    assert RECIPE.memory["k"] == 0
    assert RECIPE.signal == "memory.m_global"


def test_rates_are_halved_when_m_global_finds_no_new_best() -> None:
    memory, rates = RECIPE.memory, []
    for error in (0.3, 0.2, 0.4, 0.4, 0.4):
        losses = {"discriminator.real": error, "generator.loss": 0.1}
        memory = update_memory(memory, losses, patience=2)
        rates.append(rate(memory))
    assert rates == [1, 1, 1, 0.5, 0.5]


def test_generator_and_decoder_are_of_one_shape() -> None:
    networks = build((1, 32, 32), latent_size=8, width=4)
    shapes = [
        [tuple(parameter.shape) for parameter in network.parameters()]
        for network in (networks["generator"], networks["discriminator"].decoder)
    ]
    assert shapes[0] == shapes[1]
