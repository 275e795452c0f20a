"""What makes WGAN-GP itself: penalty, five critic steps, Adam(0, 0.9), no batch norm in the critic."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.wgan_gp import RECIPE, build, critic_loss, generator_loss
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


class _BrightnessCritic(nn.Module):
    """A linear critic, slope · mean(x) · √pixels: its gradient's norm is `slope`."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        flat = images.flatten(1)
        return self.slope * flat.sum(1, keepdim=True) / flat.shape[1] ** 0.5


class _Black(nn.Module):
    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(latents), 1, 16, 16)


def _losses(slope: float, **settings: float) -> dict[str, torch.Tensor]:
    networks = nn.ModuleDict({"generator": _Black(), "critic": _BrightnessCritic(slope)})
    return critic_loss(networks, Batch(torch.ones(4, 1, 16, 16), 8, torch_rng(0)), **settings)


def test_critic_loss_of_a_linear_critic_is_known() -> None:
    losses = _losses(slope=3.0)
    assert losses["distance"].item() == pytest.approx(3 * 16, rel=1e-5)
    assert losses["penalty"].item() == pytest.approx(4.0, rel=1e-5)
    assert losses["loss"].item() == pytest.approx(10 * 4.0 - 3 * 16, rel=1e-4)


def test_a_critic_of_slope_one_pays_nothing_and_reads_the_distance() -> None:
    losses = _losses(slope=1.0)
    assert losses["penalty"].item() == pytest.approx(0.0, abs=1e-9)
    assert losses["loss"].item() == pytest.approx(-16.0, rel=1e-5)


def test_the_weight_of_the_penalty_is_a_setting() -> None:
    assert _losses(3.0, penalty_weight=0.0)["loss"].item() == pytest.approx(-48.0, rel=1e-5)


def test_the_generator_climbs_the_critic() -> None:
    networks = build((1, 16, 16), latent_size=8, width=4, critic_width=4)
    networks["critic"] = _BrightnessCritic(1.0)
    batch = Batch(torch.zeros(4, 1, 16, 16), 8, torch_rng(0))
    brightness = networks["generator"](Batch(batch.images, 8, torch_rng(0)).latents()).flatten(1).sum(1) / 16
    assert generator_loss(networks, batch)["loss"].item() == pytest.approx(
        -brightness.mean().item(), rel=1e-4
    )


@pytest.mark.parametrize("network", ["conv", "mlp"])
def test_no_batch_normalisation_in_the_critic(network: str) -> None:
    critic = build((1, 32, 32), network=network, width=8, critic_width=8)["critic"]
    assert not any(isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) for layer in critic.modules())


def test_the_recipe_is_the_papers() -> None:
    critic, generator = RECIPE.players
    assert (critic.updates, generator.updates, RECIPE.batch_size) == (5, 1, 64)
    assert critic.optimizer == generator.optimizer
    assert (critic.optimizer.learning_rate, critic.optimizer.betas) == (1e-4, (0.0, 0.9))
