"""First weights: DCGAN's narrow ones, and Glorot's, through which a signal keeps its size."""

import pytest
import torch
from torch import nn

from ganmodels.networks.autoencoder import EluDecoder
from ganmodels.networks.conv import conv_encoder
from ganmodels.networks.initialisation import dcgan_weights, glorot_weights


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


def test_glorots_weights_have_their_variance_and_hand_the_latent_on() -> None:
    torch.manual_seed(0)
    plain = EluDecoder((1, 32, 32), 64, 16)
    latents = torch.rand(64, 64) * 2 - 1
    before = plain(latents).std(dim=0).mean().item()
    glorot = glorot_weights(plain)
    inner = next(layer for layer in glorot.modules() if isinstance(layer, nn.Conv2d))
    assert inner.weight.var().item() == pytest.approx(2 / (2 * 9 * 16), rel=0.05)
    assert all(not value.any() for name, value in glorot.named_parameters() if name.endswith("bias"))
    assert glorot(latents).std(dim=0).mean().item() > 5 * before
