"""Values and slopes of networks whose gradients are known."""

import pytest
import torch
from torch import nn

from ganmodels.networks.autoencoder import AutoEncoder
from ganmodels.registry import get_model
from ganmodels.toys.judging import judge_of, layer_slopes, slopes


def _linear(weight: list[list[float]]) -> nn.Linear:
    layer = nn.Linear(len(weight[0]), len(weight), bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
    return layer


def test_the_slope_of_a_linear_critic_is_the_norm_of_its_weight() -> None:
    critic = nn.Sequential(nn.Flatten(), _linear([[3.0, 4.0]]))
    judge = judge_of(nn.ModuleDict({"critic": critic}), get_model("wgan_gp").recipe)
    assert judge is not None
    assert (judge.name, judge.quantity) == ("critic", "value")
    points = torch.tensor([[1.0, 0.0], [0.0, -1.0]])[..., None, None]
    assert judge.value(points).tolist() == [3.0, -4.0]
    assert slopes(judge, points).tolist() == [5.0, 5.0]


def test_slopes_by_layer_are_the_products_of_what_stands_behind() -> None:
    critic = nn.Sequential(
        nn.Flatten(),
        _linear([[1.0, 0.0], [0.0, 1.0]]),
        nn.ReLU(),
        _linear([[2.0, 2.0]]),
        nn.ReLU(),
        _linear([[10.0]]),
    )
    points = torch.ones(3, 2, 1, 1)
    assert layer_slopes(critic, points) == pytest.approx([20 * 2**0.5, 10.0])


def test_the_energy_of_a_reconstructing_discriminator_is_its_error() -> None:
    shrinking = AutoEncoder(
        nn.Flatten(), nn.Sequential(_linear([[0.0, 0.0], [0.0, 1.0]]), nn.Unflatten(1, (2, 1, 1)))
    )
    judge = judge_of(nn.ModuleDict({"discriminator": shrinking}), get_model("ebgan").recipe)
    assert judge is not None
    assert judge.quantity == "energy"
    assert judge.value(torch.tensor([[3.0, 7.0]])[..., None, None]).tolist() == [3.0]


def test_where_nobody_judges_there_is_no_judge() -> None:
    assert judge_of(nn.ModuleDict(), get_model("vae").recipe) is None
