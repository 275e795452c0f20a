"""Networks by the name of their family: latents to images, images to numbers, each in its own way."""

from typing import get_args

import pytest
import torch
from torch import nn

from ganmodels.networks.families import Family, encoder_of, generator_of

SHAPE = (3, 32, 32)


@pytest.mark.parametrize("family", get_args(Family))
def test_every_family_draws_images_and_reads_them(family: Family) -> None:
    generator = generator_of(family, SHAPE, 5, 8, nn.Sigmoid())
    images = generator(torch.randn(4, 5))
    assert images.shape == (4, *SHAPE)
    assert 0 <= images.min() <= images.max() <= 1
    assert encoder_of(family, SHAPE, 2, 8, batch_norm=True)(images).shape == (4, 2)


def test_the_families_are_made_of_different_things() -> None:
    def has(family: Family, kind: type[nn.Module]) -> bool:
        generator = generator_of(family, SHAPE, 5, 8, nn.Tanh())
        return any(isinstance(layer, kind) for layer in generator.modules())

    assert [has(family, nn.ConvTranspose2d) for family in get_args(Family)] == [True, False, False]
    assert [has(family, nn.Conv2d) for family in get_args(Family)] == [False, False, True]


def test_batch_normalisation_of_an_encoder_can_be_left_out() -> None:
    def count(*, batch_norm: bool) -> int:
        encoder = encoder_of("conv", SHAPE, 1, 8, batch_norm=batch_norm)
        return sum(isinstance(layer, nn.BatchNorm2d) for layer in encoder.modules())

    assert (count(batch_norm=True) > 0, count(batch_norm=False)) == (True, 0)


def test_hidden_layers_are_counted_as_asked() -> None:
    for network in (
        generator_of("mlp", SHAPE, 5, 8, nn.Tanh(), hidden_layers=2),
        encoder_of("mlp", SHAPE, 1, 8, batch_norm=False, hidden_layers=2),
    ):
        assert sum(isinstance(layer, nn.Linear) for layer in network) == 3
