"""Networks for points keep what a model's own have before and behind their layers with weights."""

from typing import cast

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from ganmodels.errors import SettingError, ToyModelError
from ganmodels.layers.priors import CodePrior, UniformPrior
from ganmodels.networks.autoencoder import AutoEncoder
from ganmodels.registry import GENERATOR, LATENT_SIZE, get_model
from ganmodels.toys.data import POINT_SHAPE
from ganmodels.toys.networks import Body, for_points
from ganmodels.toys.plan import toy_plan

BODY = Body(8, 2)


def _networks(name: str, seed: int = 0, body: Body = BODY) -> nn.ModuleDict:
    plan = toy_plan(name, {}, seed=seed, body=body)
    return plan.model.networks(POINT_SHAPE, plan.settings, seed)


def test_generators_answer_points_in_the_models_range(toy_model: str) -> None:
    plan = toy_plan(toy_model, {}, body=BODY)
    latents = 100 * torch.randn(
        32, int(plan.settings[LATENT_SIZE]), generator=torch.Generator().manual_seed(0)
    )
    points = _networks(toy_model)[GENERATOR].eval()(latents).detach()
    low, high = plan.recipe.image_range
    assert points.shape == (32, *POINT_SHAPE)
    assert low <= float(points.min()) < float(points.max()) <= high


def test_names_are_the_models_and_the_seed_alone_makes_the_weights(toy_model: str) -> None:
    one, same, other = (_networks(toy_model, seed).state_dict() for seed in (1, 1, 2))
    assert set(_networks(toy_model)) == set(
        get_model(toy_model).networks((1, 32, 32), get_model(toy_model).resolve({}), 0)
    )
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_every_layer_has_the_width_and_every_network_the_depth() -> None:
    networks = _networks("wgan_gp", body=Body(5, 12))
    for network in networks.values():
        sizes = [layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear)]
        assert sizes[:-1] == [5] * 12


@pytest.mark.parametrize(("name", "bound"), [("sngan", True), ("wgan_gp", False)])
def test_spectral_normalisation_is_where_the_model_has_it(name: str, bound: bool) -> None:
    networks = _networks(name)
    judge = next(network for key, network in networks.items() if key != GENERATOR)
    layers = [layer for layer in judge.modules() if isinstance(layer, nn.Linear)]
    assert [is_parametrized(layer) for layer in layers] == [bound] * len(layers)
    assert not any(is_parametrized(layer) for layer in networks[GENERATOR].modules())


def test_priors_and_normalised_codes_stay() -> None:
    assert isinstance(cast(nn.Sequential, _networks("infogan")[GENERATOR])[0], CodePrior)
    assert isinstance(cast(nn.Sequential, _networks("began")[GENERATOR])[0], UniformPrior)
    assert isinstance(cast(nn.Sequential, _networks("autoencoder")["encoder"])[-1], nn.BatchNorm1d)


def test_a_reconstructing_discriminator_reconstructs_points() -> None:
    discriminator = _networks("ebgan")["discriminator"]
    assert isinstance(discriminator, AutoEncoder)
    assert discriminator(torch.zeros(4, *POINT_SHAPE)).shape == (4, *POINT_SHAPE)


def test_what_is_no_row_of_layers_is_refused() -> None:
    with pytest.raises(ToyModelError, match="'generator' is no row of layers"):
        for_points(nn.ModuleDict({GENERATOR: nn.Identity()}), 1024, BODY)


@pytest.mark.parametrize(("width", "depth"), [(0, 3), (64, 0), (10**6, 3), (64, 1000)])
def test_bodies_out_of_range_are_refused(width: int, depth: int) -> None:
    with pytest.raises(SettingError, match="--depth from 1"):
        Body.checked(width, depth)
