from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

from metrics.errors import UnknownNameError
from metrics.images.protocols import (
    CLIP_MEAN,
    CLIP_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
    PROTOCOLS,
    Channels,
    get_protocol,
)


@pytest.fixture
def images(pictures):
    return list(torch.from_numpy(pictures(0, 3)).permute(0, 3, 1, 2))


@pytest.mark.parametrize("size_px", [5, 12, 37])
def test_tf1_is_what_torch_fidelity_does(images, size_px):
    peer = interpolate_bilinear_2d_like_tensorflow1x(
        torch.stack(images).float(), size=(size_px, size_px), align_corners=False
    )
    assert torch.allclose(get_protocol("tf1").prepare(images, size_px), (peer - 128) / 128, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size_px", [5, 12, 37])
def test_pytorch_fid_is_what_pytorch_fid_does(images, size_px):
    unit = torch.stack(images).float() / 255
    peer = 2 * functional.interpolate(unit, size=(size_px, size_px), mode="bilinear", align_corners=False) - 1
    assert torch.allclose(get_protocol("pytorch_fid").prepare(images, size_px), peer, rtol=0, atol=1e-6)


@pytest.mark.parametrize("size_px", [5, 12, 37])
def test_clean_is_pillows_bicubic_on_floats(images, size_px):
    ours = get_protocol("clean").prepare(images, size_px) * 128 + 128
    for image, resized in zip(images, ours, strict=True):
        for channel, values in zip(image, resized, strict=True):
            picture = Image.fromarray(channel.numpy().astype(np.float32))
            peer = np.asarray(picture.resize((size_px, size_px), Image.Resampling.BICUBIC)).clip(0, 255)
            assert np.allclose(values.numpy(), peer, rtol=0, atol=1e-3)


@pytest.mark.parametrize("size_px", [5, 12, 37])
@pytest.mark.parametrize("name", ["stylegan", "adm"])
def test_stylegans_sampling_grid_is_tensorflows_resize(images, name, size_px):
    """StyleGAN's detector shifts a sampling grid by half a pixel of the input and half one of the output."""
    pixels = torch.stack(images).float()
    height, width = pixels.shape[2:]
    theta = torch.eye(2, 3).repeat(len(pixels), 1, 1)
    theta[:, 0, 2] += 1 / width - 1 / size_px
    theta[:, 1, 2] += 1 / height - 1 / size_px
    grid = functional.affine_grid(theta, [len(pixels), 3, size_px, size_px], align_corners=False)
    peer = functional.grid_sample(pixels, grid, mode="bilinear", padding_mode="border", align_corners=False)
    prepared = get_protocol(name).prepare(images, size_px)
    assert torch.allclose(prepared, (peer - 128) / 128, rtol=0, atol=1e-4)


def _by_pillow(image: torch.Tensor, size_px: int) -> np.ndarray:
    picture = Image.fromarray(image.permute(1, 2, 0).numpy())
    return np.asarray(picture.resize((size_px, size_px), Image.Resampling.BICUBIC)).astype(np.float32)


def _grey_values(prepared: torch.Tensor, mean: Channels, std: Channels) -> np.ndarray:
    unit = prepared * torch.tensor(std).view(3, 1, 1) + torch.tensor(mean).view(3, 1, 1)
    return (255 * unit).permute(0, 2, 3, 1).numpy()


@pytest.mark.parametrize("size_px", [5, 12, 37])
def test_dgm_is_pillows_bicubic_on_8_bits(images, size_px):
    """Pillow computes with fixed-point weights, so that a value halfway may be rounded to the other side."""
    ours = _grey_values(get_protocol("dgm").prepare(images, size_px), IMAGENET_MEAN, IMAGENET_STD)
    peer = np.stack([_by_pillow(image, size_px) for image in images])
    assert np.abs(ours - peer).max() < 1.01
    assert (np.abs(ours - peer) > 0.5).mean() < 0.005


def test_cmmd_takes_the_square_in_the_middle(images):
    ours = _grey_values(get_protocol("cmmd").prepare(images, 24), CLIP_MEAN, CLIP_STD)
    peer = np.stack([_by_pillow(image[:, 1:11], 24) for image in images])  # of 12 × 10 pixels
    assert (np.abs(ours - peer) > 0.5).mean() < 0.005


def test_torchmetrics_smooths_where_an_image_shrinks(images):
    smooth, plain = (get_protocol(name) for name in ("torchmetrics", "pytorch_fid"))
    enlarged = [protocol.resize(torch.stack(images).float(), 37) for protocol in (smooth, plain)]
    assert torch.allclose(*enlarged, rtol=0, atol=1e-3)
    shrunk = smooth.resize(torch.stack(images).float(), 5)
    halves = Image.fromarray(images[0][0].numpy().astype(np.float32)).resize(
        (5, 5), Image.Resampling.BILINEAR
    )
    assert np.allclose(shrunk[0, 0].numpy(), np.asarray(halves), rtol=0, atol=1e-2)


def test_protocols_carry_the_settings_of_their_tools():
    assert get_protocol("stylegan").settings == {"ddof": 0}
    assert get_protocol("adm").settings == {"shuffle": False, "split_size": 5000}
    assert get_protocol("clean").settings == {}


def test_floats_keep_their_fractions(images):
    """A generator's pixels, not rounded to 8 bits, can be looked at too."""
    protocol = get_protocol("clean")
    pixels = torch.stack(images).float()
    assert torch.equal(protocol.prepare_pixels(pixels, 16), protocol.prepare(images, 16))
    assert not torch.equal(protocol.prepare_pixels(pixels + 0.3, 16), protocol.prepare(images, 16))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_mixed_sizes_are_prepared_one_by_one(images, name):
    protocol = get_protocol(name)
    mixed = [images[0], images[1][:, :7], images[2]]
    prepared = protocol.prepare(mixed, 16)
    assert prepared.shape == (3, 3, 16, 16)
    assert prepared.dtype == torch.float32
    assert torch.allclose(prepared[::2], protocol.prepare(images[::2], 16), rtol=0, atol=1e-6)
    assert prepared.abs().max() <= 3


def test_unknown_protocols_suggest_the_meant_one():
    with pytest.raises(UnknownNameError, match="did you mean 'clean'"):
        get_protocol("claen")
