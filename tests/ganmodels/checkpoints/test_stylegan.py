"""Pickles in the layout of StyleGAN2-ADA and StyleGAN3, written here as their own module writes them."""

import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointError,
    CheckpointMetadataError,
    CheckpointNotFiniteError,
    CheckpointShapeError,
)
from ganmodels.registry import get_model

SHAPE = (3, 16, 16)
SETTINGS = {
    "latent_size": 6,
    "style_size": 5,
    "mapping_layers": 2,
    "channel_base": 64,
    "channel_max": 8,
    "clamp": 256.0,
}
FILTER = torch.outer(torch.tensor([1.0, 3, 3, 1]), torch.tensor([1.0, 3, 3, 1])) / 64


def _reconstruct_persistent_obj(meta: object) -> None:
    raise AssertionError("the pickle's own reader was called")


_reconstruct_persistent_obj.__module__ = "torch_utils.persistence"


class EasyDict(dict[str, Any]):
    """Of the published code: a dictionary that is not quite one."""

    __module__ = "dnnlib.util"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names the modules that a pickle of theirs mentions, for writing it."""
    for member in (_reconstruct_persistent_obj, EasyDict):
        name = member.__module__
        module = ModuleType(name)
        setattr(module, member.__name__, member)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setitem(sys.modules, name.partition(".")[0], ModuleType(name.partition(".")[0]))


class Persistent:
    """A module with the source of its code beside its attributes."""

    def __init__(self, class_name: str, source: str, **state: Any) -> None:
        self.state: dict[str, Any] = {
            "training": False,
            "_parameters": OrderedDict(),
            "_buffers": OrderedDict(),
            "_modules": OrderedDict(),
            "_non_persistent_buffers_set": set(),
            "_init_args": (),
            **state,
        }
        self.meta = {"type": "class", "version": 6, "module_src": source, "class_name": class_name}

    def child(self, name: str) -> "Persistent":
        found: Persistent = self.state["_modules"][name]
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return _reconstruct_persistent_obj, (self.meta | {"state": self.state},), None


def _network(**settings: Any) -> nn.Module:
    model = get_model("stylegan2")
    network = model.networks(SHAPE, model.resolve({**SETTINGS, **settings}), seed=1)["generator"].eval()
    with torch.no_grad():
        network.mapping.w_avg.copy_(torch.linspace(-1, 1, 5))
        for name, value in network.named_parameters():
            if name.endswith("noise_strength"):
                value.fill_(0.4)
    return network


def _persist(network: nn.Module, source: str, path: str = "") -> Persistent:
    """Writes a module of ours with the attributes that theirs has."""
    name = path.rpartition(".")[2]
    kind = {"": "Generator", "mapping": "MappingNetwork", "synthesis": "SynthesisNetwork"}.get(name, "Layer")
    node = Persistent(kind, source)
    node.state["_parameters"] = OrderedDict(network._parameters)
    node.state["_buffers"] = OrderedDict(network._buffers)
    for child, module in network.named_children():
        node.state["_modules"][child] = _persist(module, source, f"{path}.{child}")
    if name.startswith("b") and name[1:].isdecimal():
        node.state |= {"architecture": "skip"}
        node.state["_buffers"]["resample_filter"] = FILTER
    if name in ("conv0", "conv1"):
        node.state |= {"conv_clamp": 256, "activation": "lrelu", "use_noise": True}
        node.state["_buffers"]["resample_filter"] = FILTER
    if name.startswith("fc") or name == "affine":
        node.state |= {"weight_gain": np.float64(0.25), "bias_gain": 0.01, "activation": "lrelu"}
    return node


def _generator(network: nn.Module, source: str = "raise SystemExit", class_count: int = 0) -> Persistent:
    node = _persist(network, source)
    node.state |= {"z_dim": 6, "w_dim": 5, "c_dim": class_count, "img_resolution": 16, "img_channels": 3}
    node.child("mapping").state |= {"num_layers": 2, "w_avg_beta": 0.995, "_init_kwargs": EasyDict()}
    arguments = EasyDict(channel_base=64, channel_max=8, num_fp16_res=4, conv_clamp=256)
    node.child("synthesis").state |= {"_init_kwargs": arguments}
    return node


def _write(path: Path, node: object, protocol: int = 3) -> Path:
    content = {
        "G": None,
        "D": None,
        "G_ema": node,
        "training_set_kwargs": EasyDict(path="x", use_labels=False),
    }
    path.write_bytes(pickle.dumps(content | {"augment_pipe": None}, protocol))
    return path


LATENTS = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_published_layout_is_read_and_its_source_never_run(
    tmp_path: Path, published: None, protocol: int
) -> None:
    mark = tmp_path / "mark"
    network = _network()
    path = _write(
        tmp_path / "network.pkl", _generator(network, f"open({str(mark)!r}, 'w').close()"), protocol
    )
    generator = load(path)
    with torch.no_grad():
        torch.testing.assert_close(generator.images(LATENTS), network(LATENTS))
    assert (generator.name, generator.image_shape, generator.class_count) == ("stylegan2", SHAPE, None)
    assert generator.provenance["file_format"] == "StyleGAN2 pickle"
    assert generator.provenance["settings"]["clamp"] == 256.0
    assert inspect(path).sha256 == generator.provenance["sha256"]
    assert not mark.exists()


def test_truncation_and_noise_are_the_callers(tmp_path: Path, published: None) -> None:
    path = _write(tmp_path / "network.pkl", _generator(_network()))
    still = load(path, settings={"truncation": "0"}).sample(3, 0)
    assert torch.equal(still[0], still[1])
    noisy = load(path, settings={"noise": "random"})
    samples = noisy.sample(40, seed=1)
    assert torch.equal(noisy.sample(40, seed=1, batch_size=7), samples)
    assert not torch.equal(load(path).sample(40, seed=1), samples)
    assert noisy.provenance["settings"]["noise"] == "random"
    with pytest.raises(CheckpointMetadataError, match="float from 0 to 2"):
        load(path, settings={"truncation": 9.0})


def test_classes_are_sampled_by_label(tmp_path: Path, published: None) -> None:
    network = _network(class_count=3)
    generator = load(_write(tmp_path / "network.pkl", _generator(network, class_count=3)))
    assert generator.class_count == 3
    with torch.no_grad():
        expected = network(LATENTS, torch.tensor([2, 2, 2, 2]))
    torch.testing.assert_close(generator.images(LATENTS, 2), expected)


def _set(path: str, name: str, value: object) -> Any:
    def change(node: Persistent) -> None:
        for part in path.split(".") if path else []:
            node = node.child(part)
        holder: Any = node.state
        for kind in ("_parameters", "_buffers", "_modules"):
            holder = holder[kind] if name in holder.get(kind, {}) else holder
            if holder is not node.state:
                break
        if value is None:
            del holder[name]
        else:
            holder[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_set("synthesis.b8", "architecture", "resnet"), CheckpointArchitectureError),
        (_set("synthesis.b8.conv0", "activation", "relu"), CheckpointArchitectureError),
        (_set("synthesis.b8", "resample_filter", torch.ones(4, 4) / 16), CheckpointArchitectureError),
        (
            _set("synthesis", "_modules", OrderedDict(L0_36_512=Persistent("Layer", ""))),
            CheckpointArchitectureError,
        ),
        (_set("synthesis.b16", "conv_clamp", 1), None),
        (_set("synthesis.b16.conv1", "conv_clamp", 8), CheckpointMetadataError),
        (_set("", "img_resolution", "large"), CheckpointMetadataError),
        (_set("", "img_resolution", 17), CheckpointMetadataError),
        (_set("", "z_dim", 10**9), CheckpointMetadataError),
        (_set("mapping", "num_layers", 3), CheckpointShapeError),
        (_set("mapping", "w_avg", None), CheckpointShapeError),
        (_set("mapping", "w_avg", torch.zeros(9)), CheckpointShapeError),
        (_set("mapping", "w_avg", torch.full((5,), float("nan"))), CheckpointNotFiniteError),
    ],
)
def test_what_differs_is_named(tmp_path: Path, published: None, change: Any, error: type | None) -> None:
    node = _generator(_network())
    change(node)
    path = _write(tmp_path / "network.pkl", node)
    if error is None:
        load(path)
        return
    with pytest.raises(error):
        load(path)


@pytest.mark.parametrize("content", [None, {"a": 1}, [torch.zeros(2)], {"G_ema": torch.zeros(2)}])
def test_other_pickles_are_named(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pkl"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(CheckpointArchitectureError, match="without a StyleGAN generator"):
        load(path)


def test_every_truncation_is_an_error(tmp_path: Path, published: None) -> None:
    content = _write(tmp_path / "network.pkl", _generator(_network())).read_bytes()
    path = tmp_path / "cut.pkl"
    for length in (3, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            load(path)


def test_a_storage_shorter_than_its_tensor_is_named(tmp_path: Path, published: None) -> None:
    node = _generator(_network())
    node.child("mapping").state["_buffers"]["w_avg"] = _Cut(torch.zeros(5))
    with pytest.raises(CheckpointError, match="announces 20 bytes; 16 are there"):
        load(_write(tmp_path / "network.pkl", node))


class _Cut:
    """A tensor whose storage lacks its last number."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, (storage, *view), *_ = self.tensor.__reduce_ex__(3)
        load_storage, (content,), *_ = storage.__reduce__()
        return rebuild, (_Call(load_storage, content[:-4]), *view)


class _Call:
    def __init__(self, function: Any, argument: bytes) -> None:
        self.function, self.argument = function, argument

    def __reduce__(self) -> tuple[Any, ...]:
        return self.function, (self.argument,)
