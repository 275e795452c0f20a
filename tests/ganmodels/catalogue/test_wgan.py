"""What makes WGAN itself: five critic moves, clipping at 0.01, RMSprop, no logarithm."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.wgan import RECIPE, build, critic_loss
from ganmodels.errors import SettingError
from ganmodels.recipe import Batch, RMSprop
from ganmodels.seeds import torch_rng
from ganmodels.training.state import clip_parameters


class _Mean(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1).mean(1, keepdim=True)


class _Black(nn.Module):
    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.full((len(latents), 1, 16, 16), -1.0)


def test_the_critic_reads_the_distance_and_its_loss_is_the_negative() -> None:
    networks = nn.ModuleDict({"generator": _Black(), "critic": _Mean()})
    losses = critic_loss(networks, Batch(torch.ones(4, 1, 16, 16), 8, torch_rng(0)))
    assert losses["distance"].item() == pytest.approx(2.0)
    assert losses["loss"].item() == pytest.approx(-2.0)
    assert RECIPE.signal == "critic.distance"


def test_the_papers_numbers() -> None:
    critic, generator = RECIPE.players
    assert (critic.updates, critic.clip, generator.updates, generator.clip) == (5, 0.01, 1, 0.0)
    assert critic.optimizer == generator.optimizer == RMSprop(5e-5)
    assert (RECIPE.batch_size, RECIPE.as_json()["players"][0]["clip"]) == (64, 0.01)


def test_clipping_can_be_set_for_the_critic_alone() -> None:
    assert RECIPE.override({"critic.clip": 0.1}).players[0].clip == 0.1
    with pytest.raises(SettingError, match=r"generator\.clip"):
        RECIPE.override({"generator.clip": 0.1})


def test_clipping_puts_every_weight_back() -> None:
    critic = build((1, 16, 16), latent_size=8, width=4, critic_width=4)["critic"]
    clip_parameters(critic.parameters(), 0.01)
    largest = max(parameter.detach().abs().max().item() for parameter in critic.parameters())
    assert largest == pytest.approx(0.01)
