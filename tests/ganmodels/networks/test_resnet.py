"""Residual networks: sizes, shortcuts and where normalisation is."""

import pytest
import torch
from torch import nn

from ganmodels.networks.resnet import ResidualBlock, resnet_encoder, resnet_generator
from ganmodels.networks.shapes import ImageShape


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 48, 48), (3, 64, 64), (3, 128, 128)])
def test_they_go_from_latents_to_images_and_back_to_numbers(shape: ImageShape) -> None:
    images = resnet_generator(shape, 5, 4, nn.Tanh())(torch.zeros(2, 5))
    assert images.shape == (2, *shape)
    assert resnet_encoder(shape, 3, 4)(images).shape == (2, 3)


def test_a_block_whose_convolutions_are_silent_hands_through() -> None:
    block = ResidualBlock(2, 2, down=True)
    for layer in block.residual:
        if isinstance(layer, nn.Conv2d):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
    features = torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(block(features), nn.functional.avg_pool2d(features, 2))


def test_a_critic_of_residual_blocks_has_no_batch_normalisation() -> None:
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in resnet_encoder((3, 32, 32), 1, 4).modules())
