"""The class reaches both networks."""

import torch
from torch import nn

from ganmodels.networks.conditional import ConditionalGenerator, JointDiscriminator


def test_the_class_stands_behind_the_latent_one_hot() -> None:
    seen = ConditionalGenerator(nn.Identity(), 3, nn.Tanh())(torch.ones(2, 1), torch.tensor([2, 0]))
    expected = torch.tensor([[1.0, 0, 0, 1], [1, 1, 0, 0]])
    expected[:, 0] = torch.tanh(torch.ones(()))
    assert torch.equal(seen, expected)


def test_the_same_image_is_scored_by_its_class() -> None:
    torch.manual_seed(0)
    network = JointDiscriminator(nn.Flatten(), 4, 3, 8)
    scores = network(torch.ones(3, 1, 2, 2), torch.arange(3)).flatten()
    assert len(scores.unique()) == 3
