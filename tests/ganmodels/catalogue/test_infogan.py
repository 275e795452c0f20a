"""What makes InfoGAN itself: codes that can be read back."""

import math

import pytest
import torch
from torch import nn

from ganmodels.catalogue.infogan import RECIPE, build, discriminator_loss, generator_loss, information
from ganmodels.errors import SettingError
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


def _networks(**settings: int) -> nn.ModuleDict:
    torch.manual_seed(0)
    return build((1, 16, 16), **{"latent_size": 16, "width": 4, **settings})


class _Reader(nn.Module):
    """A head that is told the latents, and reads the category off them."""

    def __init__(self, prior: nn.Module) -> None:
        super().__init__()
        self.prior = prior

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        continuous, chosen = self.prior.codes(latents)
        return torch.cat([50 * chosen, continuous, torch.zeros_like(continuous)], dim=1)


def test_the_bound_is_log_k_for_a_head_that_reads_the_category() -> None:
    networks = _networks()
    networks["recognition"] = _Reader(networks["generator"][0])
    latents = torch.randn(64, 16, generator=torch_rng(0))
    categorical, continuous = information(networks, latents, latents)
    assert categorical.item() == pytest.approx(math.log(10), abs=1e-4)
    assert continuous.item() == pytest.approx(2 * (math.log(2) - 0.5 * math.log(2 * math.pi)), abs=1e-4)


def test_both_sides_raise_the_bound() -> None:
    batch = Batch(torch.zeros(8, 1, 16, 16), 16, torch_rng(0))
    networks = _networks()
    generator_loss(networks, batch)["loss"].backward()
    assert networks["generator"][1].weight.grad is not None
    losses = discriminator_loss(networks, batch)
    assert {"categorical", "continuous"} < losses.keys()
    moved = [name for player in RECIPE.players for name in player.networks]
    assert sorted(moved) == sorted(networks.keys())


def test_weights_of_nothing_leave_a_plain_gan() -> None:
    networks = _networks().eval()
    batch = Batch(torch.zeros(8, 1, 16, 16), 16, torch_rng(0))
    loss = generator_loss(networks, batch, categorical_weight=0.0, continuous_weight=0.0)["loss"]
    scores = networks["discriminator"](networks["generator"](Batch(batch.images, 16, torch_rng(0)).latents()))
    assert loss.item() == pytest.approx(nn.functional.softplus(-scores).mean().item(), rel=1e-5)


@pytest.mark.parametrize("codes", [{"categories": 0}, {"continuous_codes": 0}])
def test_either_kind_of_code_may_be_left_out(codes: dict[str, int]) -> None:
    batch = Batch(torch.zeros(8, 1, 16, 16), 16, torch_rng(0))
    assert discriminator_loss(_networks(**codes), batch)["loss"].isfinite()


@pytest.mark.parametrize("codes", [{"categories": 15}, {"categories": 0, "continuous_codes": 0}])
def test_codes_that_do_not_fit_the_latent_are_refused(codes: dict[str, int]) -> None:
    with pytest.raises(SettingError, match="latent_size="):
        _networks(**codes)
