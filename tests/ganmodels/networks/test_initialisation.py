"""DCGAN's first weights."""

import pytest
import torch
from torch import nn

from ganmodels.networks.conv import conv_encoder
from ganmodels.networks.initialisation import dcgan_weights


def test_weights_come_from_a_narrow_normal_and_biases_are_nothing() -> None:
    torch.manual_seed(0)
    network = dcgan_weights(conv_encoder((3, 32, 32), 1, 32, batch_norm=True))
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    weights = torch.cat([layer.weight.flatten() for layer in convolutions])
    assert weights.mean().item() == pytest.approx(0, abs=2e-4)
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
    scales = torch.cat([layer.weight for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)])
    assert scales.mean().item() == pytest.approx(1, abs=0.01)
    assert all(not value.any() for name, value in network.named_parameters() if name.endswith("bias"))
