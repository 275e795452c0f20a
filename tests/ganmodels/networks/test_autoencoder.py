"""Auto-encoders answer an image for an image, at every size."""

import pytest
import torch
from torch import nn

from ganmodels.networks.autoencoder import EluDecoder, conv_autoencoder, elu_autoencoder
from ganmodels.networks.shapes import ImageShape


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 128, 128)])
def test_an_image_comes_back_through_a_narrow_code(shape: ImageShape) -> None:
    images = torch.zeros(2, *shape)
    for network in (conv_autoencoder(shape, 6, 4, nn.Tanh()), elu_autoencoder(shape, 6, 4)):
        assert network.encoder(images).shape == (2, 6)
        assert network(images).shape == images.shape


def test_began_has_no_normalisation_and_a_decoder_like_its_generator() -> None:
    network = elu_autoencoder((1, 32, 32), 6, 4)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())
    generator = EluDecoder((1, 32, 32), 6, 4, nn.Tanh())
    assert network.decoder.state_dict().keys() == generator.state_dict().keys()


def test_what_is_made_of_the_code_enters_at_every_size() -> None:
    network = EluDecoder((1, 32, 32), 6, 4)
    assert [block[0].in_channels for block in network.bigger] == [8, 8, 8]
    code = torch.randn(3, 6)
    for parameter in network.smallest.parameters():
        nn.init.zeros_(parameter)
    alike = network(code).var(dim=0).sum()
    assert alike > 0, "the code passes by the smallest size"
