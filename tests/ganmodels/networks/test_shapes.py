"""Networks say which images they are made for, and fit them."""

import pytest
import torch

from ganmodels.errors import ImageShapeError
from ganmodels.networks.conv import conv_encoder, conv_generator
from ganmodels.networks.mlp import mlp_encoder, mlp_generator
from ganmodels.networks.shapes import ImageShape, halvings


@pytest.mark.parametrize(("side", "count"), [(28, 2), (32, 3), (48, 3), (64, 4), (96, 4), (128, 5)])
def test_sides_and_their_halvings(side: int, count: int) -> None:
    assert halvings((1, side, side)) == count


@pytest.mark.parametrize(
    "shape", [(2, 32, 32), (1, 32, 28), (1, 50, 50), (1, 8, 8), (1, 2048, 2048), (1, 0, 0), (1, -32, -32)]
)
def test_other_shapes_are_refused_with_those_that_fit(shape: ImageShape) -> None:
    with pytest.raises(ImageShapeError, match="28, 32, 48"):
        halvings(shape)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 48, 48), (3, 64, 64)])
def test_generators_answer_images_and_encoders_numbers(shape: ImageShape) -> None:
    latents, images = torch.zeros(2, 5), torch.zeros(2, *shape)
    assert conv_generator(shape, 5, 4, torch.nn.Tanh())(latents).shape == images.shape
    assert mlp_generator(shape, 5, 8, 2, torch.nn.Tanh())(latents).shape == images.shape
    assert conv_encoder(shape, 3, 4, batch_norm=True)(images).shape == (2, 3)
    assert mlp_encoder(shape, 3, 8, 2)(images).shape == (2, 3)
