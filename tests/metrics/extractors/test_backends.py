from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from metrics.errors import InvalidSettingError, UnknownNameError
from metrics.extractors.backends import choice
from metrics.extractors.backends.choice import on_backend
from metrics.extractors.catalogue.inception_v3 import network_from_state

CPU = torch.device("cpu")
OUTPUTS = frozenset({"features", "probabilities"})


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 8, 3, stride=2)

    def forward(self, x):
        features = self.conv(x).relu().mean(dim=(2, 3))
        return {"features": features, "probabilities": features.softmax(dim=1)}


@pytest.fixture(scope="module")
def openvino():
    pytest.importorskip("openvino", reason="the extra 'fast' is not installed")


@pytest.fixture(scope="module")
def small(openvino):
    """A network and the same one compiled, which takes longer than running it."""
    module = Small().eval().requires_grad_(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("METRICS_BACKEND", raising=False)
        network, used = on_backend(module, OUTPUTS, CPU, "auto")
    assert used == "openvino"
    return module, network


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch):
    monkeypatch.delenv("METRICS_BACKEND", raising=False)


def test_the_environment_says_what_auto_means(monkeypatch, small_extractor):
    monkeypatch.setenv("METRICS_BACKEND", "torch")
    assert on_backend(Small().eval(), OUTPUTS, CPU, "auto")[1] == "torch"
    monkeypatch.setenv("METRICS_BACKEND", "torhc")
    with pytest.raises(UnknownNameError, match="did you mean 'torch'"):
        on_backend(small_extractor.network, OUTPUTS, CPU, "auto")


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 8, 19])
def test_openvino_gives_the_same_values(small, count):
    module, network = small
    pixels = torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    expected, found = module(pixels), network(pixels)
    assert found.keys() == OUTPUTS
    for name in OUTPUTS:
        assert found[name].shape == expected[name].shape
        assert float((found[name] - expected[name]).norm() / expected[name].norm()) < 1e-5


def test_a_batch_is_not_overwritten_by_the_next(small):
    _, network = small
    first = network(torch.ones(8, 3, 32, 32))["features"]
    before = first.clone()
    network(torch.zeros(8, 3, 32, 32))
    assert torch.equal(first, before)


@pytest.mark.slow
def test_openvino_gives_inceptions_features(openvino, peer_inception):
    module = network_from_state(peer_inception[1])
    network, _ = on_backend(module, module.outputs, CPU, "openvino")
    pixels = torch.rand(3, 3, 299, 299, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        expected, found = module(pixels), network(pixels)
    for name in module.outputs:
        assert float((found[name] - expected[name]).norm() / expected[name].norm()) < 1e-5


@pytest.mark.slow
def test_openvino_reports_to_nobody(openvino):
    script = (
        "import sys, threading, torch; from metrics.extractors.backends.choice import on_backend; "
        "module = torch.nn.Flatten(); module.forward = lambda x: {'features': x.flatten(1)}; "
        "network, _ = on_backend(module, frozenset({'features'}), torch.device('cpu'), 'openvino'); "
        "network(torch.zeros(2, 3, 4, 4)); "
        "print(sys.modules['openvino_telemetry'], threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "1"]


def test_without_it_torch_runs_the_network(monkeypatch):
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    module = Small()
    assert on_backend(module, OUTPUTS, CPU, "auto") == (module, "torch")
    with pytest.raises(InvalidSettingError, match="pip install openvino"):
        on_backend(module, OUTPUTS, CPU, "openvino")


def test_the_user_can_insist_on_torch():
    module = Small()
    assert on_backend(module, OUTPUTS, CPU, "torch") == (module, "torch")
    with pytest.raises(UnknownNameError, match="did you mean 'openvino'"):
        on_backend(module, OUTPUTS, CPU, "openvimo")


def test_what_is_no_module_is_run_as_it_is(small_extractor):
    assert on_backend(small_extractor.network, OUTPUTS, CPU, "auto") == (small_extractor.network, "torch")
