"""VGG16, random VGG16, torchvision's Inception and bare pixels."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional
from torchvision.models import inception_v3 as peer_inception_v3
from torchvision.models import vgg16 as peer_vgg16

from metrics.errors import MissingWeightsError
from metrics.extractors import weights
from metrics.extractors.catalogue import inception_v3_torchvision, pixels, random_vgg16, vgg16
from metrics.extractors.networks.vgg import VggNetwork
from metrics.extractors.registry import WeightsRequest
from metrics.images.protocols import get_protocol

REQUEST = WeightsRequest(frozenset({"features"}), download=False)


@pytest.fixture
def images(pictures):
    return torch.from_numpy(pictures(0, 2)).permute(0, 3, 1, 2)


@pytest.fixture(scope="module")
def vgg_state():
    return random_vgg16.random_state(seed=1)


@pytest.mark.slow
def test_vgg16_is_torchvisions(vgg_state, images):
    with torch.device("meta"):
        peer = peer_vgg16(num_classes=64)
    peer.load_state_dict(vgg_state, assign=True)
    peer.eval()
    prepared = get_protocol("imagenet").prepare(list(images), 224)
    with torch.no_grad():
        outputs = VggNetwork(vgg_state)(prepared)
        hidden = peer.classifier[:5](peer.avgpool(peer.features(prepared)).flatten(1))
        logits = peer.classifier[6](hidden)
    assert torch.allclose(outputs["features"], hidden, rtol=1e-4, atol=1e-4)
    assert torch.allclose(outputs["probabilities"], logits.softmax(1), rtol=0, atol=1e-5)


@pytest.mark.slow
def test_random_weights_are_the_same_every_time():
    state = random_vgg16.random_state(random_vgg16.SEED)
    # Torch promises no such thing between versions; if this fails, the extractor needs a new name.
    assert weights.state_digest(state)[:16] == "46dd23f7dc5bf0c9"


@pytest.mark.slow
def test_activations_keep_their_scale(images):
    loaded = random_vgg16.load(REQUEST)
    with torch.no_grad():
        outputs = loaded.network(get_protocol("imagenet").prepare(list(images), 224))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        "features": (2, 4096),
        "features_64": (2, 64),
    }
    assert 0.1 < float(outputs["features"].square().mean().sqrt()) < 10


@pytest.fixture(scope="module")
def inception_state():
    generator = torch.Generator().manual_seed(0)
    network = peer_inception_v3(weights=None, init_weights=False)
    state = {}
    for name, value in network.state_dict().items():
        if name.endswith(("running_var", "bn.weight")):
            state[name] = torch.rand(value.shape, generator=generator) + 0.5
        elif name.endswith("weight"):
            fan_in = value.shape[1:].numel()
            state[name] = torch.randn(value.shape, generator=generator) * (2 / fan_in) ** 0.5
        elif value.is_floating_point():
            state[name] = torch.randn(value.shape, generator=generator) * 0.1
        else:
            state[name] = value
    return state


@pytest.mark.slow
def test_partial_inception_transforms_its_input_twice(inception_state, images):
    """As `PartialInceptionNetwork` does: to [-1, 1] by itself, then by the pretrained network once more."""
    peer = peer_inception_v3(weights=None, init_weights=False, transform_input=True)
    peer.load_state_dict(inception_state)
    peer.eval()
    found: list[torch.Tensor] = []
    peer.Mixed_7c.register_forward_hook(lambda _module, _inputs, output: found.append(output))
    unit = functional.interpolate(images.float() / 255, size=(299, 299), mode="bilinear", align_corners=False)
    with torch.no_grad():
        logits = peer(unit * 2 - 1)
        network = inception_v3_torchvision.network_from_state(inception_state)
        outputs = network(get_protocol("partial_inception").prepare(list(images), 299))
    expected = functional.adaptive_avg_pool2d(found[0], (1, 1)).flatten(1)
    assert float((outputs["features"] - expected).norm() / expected.norm()) < 1e-5
    assert torch.allclose(outputs["probabilities"], logits.softmax(1), rtol=0, atol=1e-4)


def test_pixels_are_themselves(pictures):
    images = torch.from_numpy(pictures(0, 2)[:, :10, :10]).permute(0, 3, 1, 2)
    loaded = pixels.load(REQUEST)
    flat = loaded.network(get_protocol("unit").prepare(list(images), 10))["features"]
    assert torch.allclose(flat, images.float().flatten(1) / 255, rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("module", [vgg16, inception_v3_torchvision])
def test_the_error_names_file_place_and_substitute(module, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "default_folder", lambda: tmp_path)
    with pytest.raises(
        MissingWeightsError, match=f"put {module.WEIGHTS.name} into {tmp_path}, or use the ext"
    ):
        module.load(REQUEST)
