"""Spectral normalisation against the singular value decomposition."""

import pytest
import torch
from torch import nn

from ganmodels.networks.spectral import normalise_spectrally


def test_every_layers_largest_singular_value_becomes_one() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 4), nn.Flatten(), nn.Linear(8, 5), nn.BatchNorm1d(5))
    with torch.no_grad():
        network[2].weight.mul_(30)
    normalise_spectrally(network)
    for _ in range(100):
        network(torch.randn(4, 3, 4, 4))
    for layer in (network[0], network[2]):
        largest = torch.linalg.matrix_norm(layer.weight.flatten(1), ord=2)
        assert largest.item() == pytest.approx(1.0, abs=1e-3)


def test_a_normalised_network_never_spreads_its_inputs() -> None:
    torch.manual_seed(0)
    network = normalise_spectrally(nn.Sequential(nn.Linear(6, 9), nn.LeakyReLU(0.2), nn.Linear(9, 1)), 50)
    x, y = torch.randn(2, 500, 6)
    for _ in range(5):
        network(x)
    slopes = (network(x) - network(y)).norm(dim=1) / (x - y).norm(dim=1)
    assert slopes.max() <= 1.001
