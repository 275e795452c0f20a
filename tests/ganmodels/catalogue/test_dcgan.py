"""What makes DCGAN itself: its layers, its first weights, its prior."""

import math

import pytest
import torch
from torch import nn

from ganmodels.catalogue.dcgan import RECIPE, build, discriminator_loss
from ganmodels.layers.priors import UniformPrior
from ganmodels.recipe import Batch
from ganmodels.seeds import torch_rng


@pytest.fixture
def networks() -> nn.ModuleDict:
    torch.manual_seed(0)
    return build((3, 32, 32), latent_size=8, width=16)


def test_batch_normalisation_is_everywhere_but_where_images_come_in_or_go_out(
    networks: nn.ModuleDict,
) -> None:
    for network, outermost in (("generator", -2), ("discriminator", 0)):
        layers = list(networks[network])
        convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
        norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
        assert isinstance(layers[outermost], nn.Conv2d | nn.ConvTranspose2d)
        assert len(norms) >= len(convolutions) - 1
        assert all(layer.stride == (2, 2) for layer in convolutions)


def test_rectifiers_in_the_generator_and_leaky_ones_in_the_discriminator(networks: nn.ModuleDict) -> None:
    assert isinstance(networks["generator"][0], UniformPrior)
    assert isinstance(networks["generator"][-1], nn.Tanh)
    assert any(isinstance(layer, nn.ReLU) for layer in networks["generator"])
    leaks = [layer.negative_slope for layer in networks["discriminator"] if isinstance(layer, nn.LeakyReLU)]
    assert set(leaks) == {0.2}


def test_weights_start_narrow_so_that_the_discriminator_starts_undecided(networks: nn.ModuleDict) -> None:
    weights = torch.cat([p.flatten() for n, p in networks["generator"].named_parameters() if p.dim() > 1])
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
    loss = discriminator_loss(networks, Batch(torch.zeros(8, 3, 32, 32), 8, torch_rng(0)))["loss"]
    assert loss.item() == pytest.approx(2 * math.log(2), abs=0.5)


def test_the_recipe_is_the_papers() -> None:
    assert RECIPE.batch_size == 128
    assert {player.optimizer.learning_rate for player in RECIPE.players} == {2e-4}
    assert RECIPE.as_json()["players"][0]["optimizer"]["betas"] == (0.5, 0.999)
