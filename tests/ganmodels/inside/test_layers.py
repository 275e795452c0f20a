"""Filters beside the pixels, and feature maps."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganmodels.errors import InsideError
from ganmodels.inside import feature_maps, pixel_filters
from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.mlp import mlp_encoder, mlp_generator
from ganmodels.networks.resnet import resnet_encoder, resnet_generator
from ganmodels.style_generator import StyleNetworkGenerator

SHAPE = (3, 16, 16)


@pytest.mark.parametrize(
    ("network", "sees", "picture", "count"),
    [
        (conv_generator(SHAPE, 4, 8, nn.Tanh()), False, (3, 4, 4), 8),
        (conv_encoder(SHAPE, 1, 6, batch_norm=False), True, (3, 4, 4), 6),
        (resnet_generator(SHAPE, 4, 8, nn.Tanh()), False, (3, 3, 3), 8),
        (resnet_encoder(SHAPE, 1, 6), True, (3, 3, 3), 6),
        (mlp_generator(SHAPE, 4, 10, 2, nn.Tanh()), False, SHAPE, 10),
        (mlp_encoder(SHAPE, 1, 12, 2), True, SHAPE, 12),
    ],
)
def test_filters_are_those_beside_the_pixels(
    network: nn.Module, sees: bool, picture: tuple[int, ...], count: int
) -> None:
    found = pixel_filters(network, SHAPE, sees=sees, most=4)
    assert found.pictures.shape == (4, *picture)
    assert found.count == count
    assert list(found.norms) == sorted(found.norms, reverse=True)


def test_a_units_picture_is_what_it_adds_to_the_image() -> None:
    generator = mlp_generator(SHAPE, 4, 10, 1, nn.Identity())
    last = next(module for module in reversed(list(generator.modules())) if isinstance(module, nn.Linear))
    strongest = int(last.weight.norm(dim=0).argmax())
    expected = last.weight[:, strongest].detach().view(SHAPE)
    shown = pixel_filters(generator, SHAPE, sees=False).pictures[0].float() / 127.5 - 1
    assert torch.allclose(shown, expected / expected.abs().max(), atol=0.01)


def test_styles_paint_with_one_pixel(make_styled: Callable[..., StyleNetworkGenerator]) -> None:
    found = pixel_filters(make_styled().network, SHAPE, sees=False)
    assert found.layer == "synthesis.b16.torgb"
    assert found.pictures.shape[1:] == (3, 1, 1)


def test_feature_maps_are_the_last_of_each_size() -> None:
    network = conv_generator(SHAPE, 4, 8, nn.Tanh()).eval()
    latents = torch.randn(1, 4, generator=torch.Generator().manual_seed(0))
    found = feature_maps(network, lambda: network(latents), SHAPE, most=5)
    assert [layer.pictures.shape for layer in found] == [(5, 1, 4, 4), (5, 1, 8, 8)]
    relu = network[6]
    assert isinstance(relu, nn.ReLU)
    assert found[1].layer == "6"
    answer = network[:7](latents)[0]
    strongest = answer[found[1].channels[0]]
    shown = found[1].pictures[0, 0].float() / 255
    scaled = (strongest - strongest.min()) / (strongest.max() - strongest.min())
    assert torch.allclose(shown, scaled, atol=0.01)
    assert not network._forward_hooks
    assert not relu._forward_hooks


def test_silent_maps_are_counted() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
    nn.init.zeros_(network[0].weight[:3])
    nn.init.constant_(network[0].bias, -1.0)
    found = feature_maps(network, lambda: network(torch.full((1, *SHAPE), 5.0)), SHAPE)
    assert found[0].silent >= 0.75


@pytest.mark.filterwarnings("ignore")
def test_a_program_lets_nobody_listen_and_that_is_a_sentence() -> None:
    network = nn.Sequential(torch.jit.script(conv_generator(SHAPE, 4, 8, nn.Tanh()).eval()))
    with pytest.raises(InsideError, match="programs don't show them"):
        feature_maps(network, lambda: network(torch.zeros(1, 4)), SHAPE)


def test_networks_without_maps_or_filters_are_a_sentence() -> None:
    network = mlp_generator(SHAPE, 4, 10, 1, nn.Tanh()).eval()
    with pytest.raises(InsideError, match="only convolutional networks"):
        feature_maps(network, lambda: network(torch.zeros(1, 4)), SHAPE)
    with pytest.raises(InsideError, match="no layer painting pixels"):
        pixel_filters(nn.Sequential(nn.ReLU()), SHAPE, sees=False)
    with pytest.raises(InsideError, match="no layer seeing pixels"):
        pixel_filters(nn.Sequential(nn.ReLU()), SHAPE, sees=True)
