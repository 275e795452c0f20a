"""What is measured of a critic, on critics whose answer is known."""

from pathlib import Path
from typing import cast

import pytest
import torch
from torch import nn

from ganmodels.toys.clipping import share_at_bound, start_within, train_critic, weights_of
from ganmodels.toys.data import get_toy
from ganmodels.toys.networks import Body
from ganmodels.toys.plan import toy_plan


def test_the_share_at_the_bound_counts_either_side() -> None:
    weights = torch.tensor([0.1, -0.1, 0.05, 0.0])
    assert share_at_bound(weights, 0.1) == 0.5
    assert share_at_bound(weights, 0.2) == 0.0
    assert share_at_bound(torch.zeros(3), 0.0) == 0.0


def test_weights_are_those_of_layers_and_no_biases() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert len(weights_of(network)) == 2 * 3 + 3


def test_a_start_inside_the_bound_shrinks_whole_layers() -> None:
    critic = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    before = [layer.weight.detach().clone() for layer in critic if isinstance(layer, nn.Linear)]
    start_within(critic, 0.01)
    for layer, old in zip(critic, before, strict=True):
        new = cast(nn.Linear, layer).weight.detach()
        torch.testing.assert_close(new / new.abs().max(), old / old.abs().max())
        assert float(new.abs().max()) == pytest.approx(0.01)


@pytest.mark.parametrize(("name", "bound"), [("wgan", 0.05), ("wgan_gp", 0.0)])
def test_a_critic_is_looked_into_layer_by_layer(name: str, bound: float, tmp_path: Path) -> None:
    words = {"batch_size": "16", **({"critic.clip": str(bound)} if bound else {})}
    plan = toy_plan(name, words, steps=2, body=Body(8, 4))
    found = train_critic(plan, get_toy("swiss_roll"), tmp_path, start_inside=True)
    assert found.bound == bound
    assert len(found.by_layer) == 4
    assert found.growth == pytest.approx((found.by_layer[0] / found.by_layer[3]) ** (1 / 3))
    assert not bound or float(found.weights.abs().max()) <= bound + 1e-7
    assert bool((found.slopes >= 0).all())
