"""Against the definition, written out image by image and tap by tap."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d, correlate2d
from torch import Tensor

from ganmodels.networks.stylegan2 import StyleGAN2, _double, modulated_conv

_FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def _zeros_between(plane: np.ndarray) -> np.ndarray:
    spread = np.zeros((2 * plane.shape[0], 2 * plane.shape[1]))
    spread[::2, ::2] = plane
    return spread


def _by_definition(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool, up: bool) -> np.ndarray:
    """Scales each image's own weights; upsampling: zeros between, pad (3, 2), filter, true convolution."""
    images = []
    for image, scale in zip(x.double().numpy(), style.double().numpy(), strict=True):
        own = weight.double().numpy() * scale[None, :, None, None]
        if demodulate:
            own = own / np.sqrt((own**2).sum(axis=(1, 2, 3), keepdims=True) + 1e-8)
        if up:
            planes = [
                convolve2d(np.pad(_zeros_between(plane), (3, 2)), 4 * _FILTER, "valid") for plane in image
            ]
            convolved = [
                sum(convolve2d(p, k, "valid") for p, k in zip(planes, kernel, strict=True)) for kernel in own
            ]
        else:
            convolved = [
                sum(correlate2d(p, k, "same") for p, k in zip(image, kernel, strict=True)) for kernel in own
            ]
        images.append(np.stack(convolved))
    return np.stack(images)


@pytest.mark.parametrize(
    ("demodulate", "up", "kernel"), [(True, False, 3), (True, True, 3), (False, False, 1)]
)
def test_a_modulated_convolution_is_that_of_each_images_own_weights(
    demodulate: bool, up: bool, kernel: int
) -> None:
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 5, 5, generator=rng)
    weight = torch.randn(4, 3, kernel, kernel, generator=rng)
    style = torch.randn(2, 3, generator=rng)
    found = modulated_conv(x, weight, style, demodulate=demodulate, up=up)
    np.testing.assert_allclose(
        found.numpy(), _by_definition(x, weight, style, demodulate, up), rtol=1e-4, atol=1e-5
    )


def test_doubling_is_the_filter_after_zeros_between() -> None:
    images = torch.randn(1, 2, 6, 6, generator=torch.Generator().manual_seed(1))
    expected = [
        convolve2d(np.pad(_zeros_between(p), (2, 1)), 4 * _FILTER, "valid")
        for p in images[0].double().numpy()
    ]
    np.testing.assert_allclose(_double(images)[0].numpy(), np.stack(expected), rtol=1e-4, atol=1e-5)


def _small(**settings: object) -> StyleGAN2:
    torch.manual_seed(0)
    given = {
        "class_count": 0,
        "mapping_layers": 2,
        "mapping_rate": 0.01,
        "channel_base": 64,
        "channel_max": 8,
        "clamp": 256.0,
        "truncation": 1.0,
        "truncated_styles": 0,
        "noise": "const",
    }
    network = StyleGAN2((3, 16, 16), 6, 5, **{**given, **settings})
    for name, value in network.named_parameters():
        if name.endswith("noise_strength"):
            torch.nn.init.constant_(value, 0.3)
    network.mapping.w_avg.copy_(torch.linspace(-1, 1, 5))
    return network.requires_grad_(False)


LATENTS = torch.randn(3, 6, generator=torch.Generator().manual_seed(2))


def test_full_truncation_leaves_one_image_and_none_the_mapping() -> None:
    network = _small(truncation=0.0)
    images = network(LATENTS)
    torch.testing.assert_close(images[0], images[1])
    assert not torch.allclose(_small()(LATENTS)[0], _small()(LATENTS)[1])


def test_truncation_draws_styles_to_their_mean_and_may_stop_at_a_layer() -> None:
    network = _small(truncation=0.5, truncated_styles=2)
    style = network.mapping(LATENTS)
    drawn = network.truncate(style)
    torch.testing.assert_close(drawn[:, 1], (style + network.mapping.w_avg) / 2)
    torch.testing.assert_close(drawn[:, 2], style)


def test_noise_of_an_image_belongs_to_its_latent() -> None:
    network = _small(noise="random")
    images = network(LATENTS)
    torch.testing.assert_close(network(LATENTS[1:2]), images[1:2], rtol=1e-4, atol=1e-4)
    assert not torch.allclose(images, _small(noise="none")(LATENTS))
    assert not torch.allclose(images, _small(noise="const")(LATENTS))


def test_classes_change_the_image() -> None:
    network = _small(class_count=4)
    one, other = network(LATENTS, torch.tensor([0, 0, 0])), network(LATENTS, torch.tensor([0, 1, 2]))
    torch.testing.assert_close(one[0], other[0])
    assert not torch.allclose(one[1], other[1])


def test_images_are_cut_to_their_range() -> None:
    network = _small()
    network.synthesis.b16.torgb.bias.fill_(5.0)
    assert network(LATENTS).max() == 1


def test_large_images_are_made_in_parts_without_changing_them() -> None:
    network = _small()
    whole = network(LATENTS)
    network._at_once = 1
    torch.testing.assert_close(network(LATENTS), whole, rtol=1e-4, atol=1e-5)
