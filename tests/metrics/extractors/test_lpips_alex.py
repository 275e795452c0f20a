from __future__ import annotations

import pytest
import torch
from torchvision.models import alexnet

from metrics.errors import MissingWeightsError
from metrics.extractors import weights
from metrics.extractors.catalogue import lpips_alex
from metrics.extractors.networks.alexnet_lpips import LpipsNetwork
from metrics.extractors.registry import WeightsRequest
from metrics.images.protocols import get_protocol


@pytest.fixture(scope="module")
def backbone():
    """AlexNet's state dict with random weights."""
    generator = torch.Generator().manual_seed(0)
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in alexnet().state_dict().items()}
    return {
        name: torch.randn(shape, generator=generator) * (2 / max(shape[1:].numel(), 1)) ** 0.5 * 0.9
        for name, shape in shapes.items()
    }


@pytest.fixture(scope="module")
def network(backbone):
    return LpipsNetwork(backbone, lpips_alex.load_heads()[0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")
def test_the_squared_distance_is_lpips(network, backbone, pictures):
    lpips = pytest.importorskip("lpips")
    peer = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    names = [name for name in backbone if name.startswith("features.")]
    sliced = dict(zip(peer.net.state_dict(), (backbone[name] for name in names), strict=True))
    peer.net.load_state_dict(sliced)
    one, other = (torch.from_numpy(pictures(seed, 4)).permute(0, 3, 1, 2) for seed in (0, 1))
    protocol = get_protocol("lpips")
    vectors = [network(protocol.prepare(list(images), 64))["features"].double() for images in (one, other)]
    resized = [
        torch.stack([get_protocol("unit").prepare([image], 64)[0] for image in images]) * 2 - 1
        for images in (one, other)
    ]
    with torch.no_grad():
        expected = peer(*resized).flatten().double()
    found = (vectors[0] - vectors[1]).square().sum(dim=1)
    assert torch.allclose(found, expected, rtol=1e-5, atol=0)


@pytest.mark.slow
def test_vectors_have_the_length_that_the_docstring_says(network):
    assert network(torch.zeros(1, 3, 64, 64))["features"].shape == (1, 31_872)
    assert network(torch.zeros(1, 3, 96, 96))["features"].shape[1] > 31_872


@pytest.mark.slow
def test_the_learned_weights_are_alike_in_both_packages(monkeypatch):
    pytest.importorskip("lpips")
    first, digest = lpips_alex.load_heads()
    monkeypatch.setattr(lpips_alex, "HEADS", lpips_alex.HEADS[1:])
    second, other = lpips_alex.load_heads()
    assert digest == other
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "default_folder", lambda: tmp_path / "none")
    with pytest.raises(MissingWeightsError, match=rf"put alexnet-owt-7be5be79\.pth into {tmp_path}"):
        lpips_alex.load(WeightsRequest(frozenset(), tmp_path, download=False))
    monkeypatch.setattr(lpips_alex, "HEADS", (("no_such_package", "x"),))
    with pytest.raises(MissingWeightsError, match="pip install --no-deps lpips"):
        lpips_alex.load_heads()
