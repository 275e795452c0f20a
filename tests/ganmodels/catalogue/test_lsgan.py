"""What makes LSGAN itself: three targets."""

import pytest
import torch
from torch import nn

from ganmodels.catalogue.lsgan import build, discriminator_loss, generator_loss
from ganmodels.recipe import Batch
from ganmodels.registry import get_model
from ganmodels.seeds import torch_rng
from ganmodels.training.plan import Plan


class _Says(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.full((len(images), 1), 0.25)


def _networks() -> nn.ModuleDict:
    networks = build((1, 16, 16), latent_size=8, width=4)
    networks["discriminator"] = _Says()
    return networks


BATCH = Batch(torch.zeros(4, 1, 16, 16), 8, torch_rng(0))


@pytest.mark.parametrize(("a", "b", "c"), [(0.0, 1.0, 1.0), (-1.0, 1.0, 0.0)])
def test_losses_are_half_squares_to_the_targets(a: float, b: float, c: float) -> None:
    on_both = discriminator_loss(_networks(), BATCH, a=a, b=b)["loss"].item()
    assert on_both == pytest.approx(0.5 * ((0.25 - b) ** 2 + (0.25 - a) ** 2))
    assert generator_loss(_networks(), BATCH, c=c)["loss"].item() == pytest.approx(0.5 * (0.25 - c) ** 2)


def test_both_of_the_papers_codings_can_be_set() -> None:
    assert Plan.make(get_model("lsgan"), {}).settings.items() >= {"a": 0.0, "b": 1.0, "c": 1.0}.items()
    plan = Plan.make(get_model("lsgan"), {"a": "-1", "b": "1", "c": "0"})
    assert plan.settings["b"] - plan.settings["c"] == 1
    assert plan.settings["b"] - plan.settings["a"] == 2


def test_a_sample_far_on_the_real_side_is_still_moved() -> None:
    networks = build((1, 16, 16), latent_size=8, width=4, network="mlp")
    networks["discriminator"] = nn.Sequential(nn.Flatten(), nn.Linear(256, 1))
    nn.init.constant_(networks["discriminator"][1].bias, 30.0)
    generator_loss(networks, BATCH)["loss"].backward()
    assert max(p.grad.abs().max() for p in networks["generator"].parameters() if p.grad is not None) > 0.1
