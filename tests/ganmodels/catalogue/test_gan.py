"""What makes the first GAN itself: two forms of the generator's loss, and smoothing of one side."""

import math

import pytest
import torch
from torch import nn

from ganmodels.catalogue.gan import RECIPE, build, discriminator_loss, generator_loss
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


class _Undecided(nn.Module):
    """D = 1/2 everywhere: the best answer where p_g = p_r."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(images), 1)


def _batch(networks: nn.ModuleDict) -> Batch:
    return Batch(torch.zeros(4, 1, 16, 16), 8, torch_rng(0))


@pytest.fixture
def networks() -> nn.ModuleDict:
    found = build((1, 16, 16), latent_size=8, width=16)
    found["discriminator"] = _Undecided()
    return found


def test_at_equilibrium_the_discriminator_pays_two_log_two(networks: nn.ModuleDict) -> None:
    losses = discriminator_loss(networks, _batch(networks))
    assert losses["loss"].item() == pytest.approx(2 * math.log(2), abs=1e-6)
    assert losses["real"].item() == losses["generated"].item() == 0.5


def test_a_discriminator_trained_where_p_g_is_p_r_ends_at_minus_two_log_two() -> None:
    """A generator that draws the data's own distribution: pixels from N(0, 0.25) clipped, as real ones."""

    class _Real(nn.Module):
        def forward(self, latents: torch.Tensor) -> torch.Tensor:
            return (0.5 * latents).clamp(-1, 1).view(-1, 1, 2, 2)

    torch.manual_seed(0)
    last = nn.Linear(16, 1)
    nn.init.ones_(last.bias)  # it begins by taking everything to be real
    layers = (nn.Flatten(), nn.Linear(4, 16), nn.Tanh(), last)
    networks = nn.ModuleDict({"generator": _Real(), "discriminator": nn.Sequential(*layers)})
    optimizer = torch.optim.Adam(networks["discriminator"].parameters(), 1e-2)
    values = []
    for step in range(150):
        real = networks["generator"](torch.randn(1024, 4, generator=torch_rng(1, step)))
        losses = discriminator_loss(networks, Batch(real, 4, torch_rng(0, step)))
        optimizer.zero_grad()
        losses["loss"].backward()
        optimizer.step()
        values.append(losses["value"].item())
    assert values[0] < -2 * math.log(2) - 0.01
    assert sum(values[-50:]) / 50 == pytest.approx(-2 * math.log(2), abs=0.01)


@pytest.mark.parametrize(
    ("objective", "expected"), [("minimax", -math.log(2)), ("non_saturating", math.log(2))]
)
def test_both_forms_of_the_generators_loss(networks: nn.ModuleDict, objective: str, expected: float) -> None:
    losses = generator_loss(networks, _batch(networks), objective=objective)
    assert losses["loss"].item() == pytest.approx(expected, abs=1e-6)


def test_smoothing_is_off_as_in_the_paper_and_changes_the_loss_when_on() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=8, width=16)
    plain = discriminator_loss(networks, _batch(networks))["loss"]
    assert plain == discriminator_loss(networks, _batch(networks), real_label=1.0)["loss"]
    assert plain != discriminator_loss(networks, _batch(networks), real_label=0.9)["loss"]


def test_the_discriminators_loss_leaves_the_generator_alone() -> None:
    networks = build((1, 16, 16), latent_size=8, width=16)
    discriminator_loss(networks, _batch(networks))["loss"].backward()
    assert all(parameter.grad is None for parameter in networks["generator"].parameters())


def test_convolutions_are_a_setting() -> None:
    kinds = {type(layer) for layer in build((3, 32, 32), network="conv", width=4)["generator"]}
    assert nn.ConvTranspose2d in kinds


def test_the_recipe_plays_one_move_each() -> None:
    assert [(player.name, player.updates) for player in RECIPE.players] == [
        ("discriminator", 1),
        ("generator", 1),
    ]
