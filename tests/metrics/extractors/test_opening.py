from __future__ import annotations

import sys
from dataclasses import replace

import pytest
import torch

from metrics import Extractor
from metrics.errors import InvalidMetricError, InvalidSettingError, MissingEvidenceError, UnknownNameError
from metrics.extractors.catalogue import inception_v3
from metrics.extractors.opening import open_extractor, own_extractor
from metrics.extractors.registry import EXTRACTORS, WeightsRequest

CPU = torch.device("cpu")
FEATURES = WeightsRequest(frozenset({"features"}), download=False)

OWN = """
import torch

class Means(torch.nn.Module):
    size_px = 16
    protocols = ("unit",)

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.full((3,), 2.0))

    def forward(self, pixels):
        return pixels.mean(dim=(2, 3)) * self.scale

def number():
    return 3
"""


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    (tmp_path / "own_networks.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("own_networks", None)


def test_a_side_is_part_of_the_name():
    plain, large = (open_extractor(name, FEATURES, CPU) for name in ("pixels", "pixels@64"))
    assert (plain.size_px, large.size_px) == (32, 64)
    assert (plain.name, large.name, large.title) == ("pixels", "pixels@64", "Pixels, 64 px")
    assert large.look(torch.zeros(2, 3, 64, 64))["features"].shape == (2, 3 * 64 * 64)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("pixels@x", InvalidSettingError, "write pixels@SIDE"),
        ("pixels@0", InvalidSettingError, "write pixels@SIDE"),
        ("inception_v3@64", InvalidSettingError, "takes images of 299 pixels a side only"),
        ("inceptoin_v3", UnknownNameError, "did you mean 'inception_v3'"),
        ("own_networks:Means", UnknownNameError, "No extractor named"),
    ],
)
def test_names_that_name_nothing(name, error, message, own_module):
    with pytest.raises(error, match=message):
        open_extractor(name, FEATURES, CPU)
    assert "own_networks" not in sys.modules


def test_an_output_that_it_lacks_is_named():
    with pytest.raises(MissingEvidenceError, match="Pixels gives no spatial; it gives features"):
        open_extractor("pixels", WeightsRequest(frozenset({"spatial"})), CPU)


def test_speed_at_a_price_needs_cuda():
    with pytest.raises(InvalidSettingError, match="choose one of float32, tf32, bfloat16"):
        open_extractor("pixels", FEATURES, CPU, precision="float8")
    with pytest.raises(InvalidSettingError, match="needs a CUDA device"):
        open_extractor("pixels", FEATURES, CPU, precision="tf32")


def test_a_users_own_module_becomes_an_extractor(own_module):
    extractor = own_extractor("own_networks:Means", CPU, backend="torch")
    assert (extractor.name, extractor.size_px, extractor.protocols) == ("Means", 16, ("unit",))
    assert extractor.outputs == {"features"}
    assert torch.equal(extractor.look(torch.ones(1, 3, 16, 16))["features"], torch.full((1, 3), 2.0))


def test_a_users_own_network_cannot_pass_for_one_of_the_catalogue(own_module):
    """A Fréchet distance in it would be called FID."""
    import own_networks

    own_networks.inception_v3 = own_networks.Means
    with pytest.raises(InvalidMetricError, match="give it, or its factory, another name"):
        own_extractor("own_networks:inception_v3", CPU)


def test_nor_can_an_extractor_of_the_users_own(own_module, small_extractor):
    import own_networks

    own_networks.whole = lambda: replace(small_extractor, name="inception_v3")
    with pytest.raises(InvalidMetricError, match=r"'inception_v3', but its weights \(SHA-256 none…\)"):
        own_extractor("own_networks:whole", CPU)
    known = replace(small_extractor, name="inception_v3", weights_digest=inception_v3.WEIGHTS.sha256)
    own_networks.whole = lambda: known
    assert own_extractor("own_networks:whole", CPU) is known


def test_its_digest_is_that_of_its_weights(own_module):
    import own_networks

    first, same = (own_extractor("own_networks:Means", CPU).weights_digest for _ in range(2))
    own_networks.changed = lambda: _scaled(own_networks.Means())
    assert first == same != own_extractor("own_networks:changed", CPU).weights_digest


def _scaled(module: torch.nn.Module) -> torch.nn.Module:
    module.scale.data *= 2
    return module


def test_an_extractor_of_the_users_own_is_taken_as_it_is(own_module, small_extractor):
    import own_networks

    own_networks.whole = lambda: small_extractor
    assert own_extractor("own_networks:whole", CPU) is small_extractor


@pytest.mark.parametrize(
    "text", ["own_networks", "own_networks:Nothing", "no_such_module:Means", ":Means", "own_networks:number"]
)
def test_what_is_no_extractor_is_refused(text, own_module):
    with pytest.raises(InvalidMetricError, match=r"write MODULE:FACTORY|it must return an Extractor"):
        own_extractor(text, CPU)


def test_every_entry_says_what_it_is():
    for entry in EXTRACTORS:
        assert "arXiv:" in entry.description, entry.name
        assert entry.protocols
        assert "features" in entry.outputs


def test_every_entrys_weights_are_known_by_the_whole_of_their_digests():
    drawn_here, without = {"random_vgg16"}, {"pixels"}
    for entry in EXTRACTORS:
        if entry.name not in drawn_here | without:
            assert entry.digests
            assert all(len(bytes.fromhex(digest)) == 32 for digest in entry.digests), entry.name


def test_all_of_the_issues_extractors_are_here():
    assert set(EXTRACTORS.names()) >= {
        "inception_v3",
        "inception_v3_torchvision",
        "efficientnet_lite0",
        "dinov2_vitl14",
        "clip_vitl14_336",
        "vgg16",
        "random_vgg16",
        "lpips_alex",
        "pixels",
    }
    assert all(
        isinstance(open_extractor("pixels", FEATURES, CPU, backend=b), Extractor) for b in ("auto", "torch")
    )
