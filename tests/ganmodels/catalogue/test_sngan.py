"""What makes SNGAN itself: a discriminator of bounded slope, and the hinge."""

import pytest
import torch

from ganmodels.catalogue.sngan import RECIPE, build, discriminator_loss
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


@pytest.mark.parametrize("network", ["conv", "resnet"])
def test_only_the_discriminator_is_normalised(network: str) -> None:
    networks = build((3, 32, 32), latent_size=8, width=4, discriminator_width=4, network=network)
    assert any("parametrizations" in name for name in networks["discriminator"].state_dict())
    assert not any("parametrizations" in name for name in networks["generator"].state_dict())
    plain = [n for n, p in networks["discriminator"].named_parameters() if n.endswith(".weight")]
    assert plain == []


def test_its_loss_is_the_hinge() -> None:
    torch.manual_seed(0)
    networks = build((1, 16, 16), latent_size=8, width=4, discriminator_width=4)
    losses = discriminator_loss(networks, Batch(torch.zeros(4, 1, 16, 16), 8, torch_rng(0)))
    assert losses["loss"].item() == pytest.approx(
        2 - losses["real"].item() + losses["generated"].item(), abs=1e-5
    )


def test_the_papers_numbers() -> None:
    discriminator, generator = RECIPE.players
    assert (discriminator.updates, generator.updates, RECIPE.batch_size) == (5, 1, 64)
    assert RECIPE.as_json()["players"][0]["optimizer"] == {
        "name": "adam",
        "learning_rate": 2e-4,
        "betas": (0.0, 0.9),
    }
