from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

from metrics.errors import UnknownNameError
from metrics.images.protocols import PROTOCOLS, get_protocol


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
