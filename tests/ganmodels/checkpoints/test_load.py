"""One entrance, no danger: whatever is wrong with a file has a name, and nothing in a file is ever run."""

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load as tensors_of
from safetensors.torch import save as to_bytes

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import (
    CheckpointArchitectureError,
    CheckpointError,
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointModelError,
    CheckpointNotFiniteError,
    CheckpointNotFoundError,
    CheckpointShapeError,
    CheckpointTooLargeError,
    CheckpointTruncatedError,
)

Edit = Callable[[dict[str, Any]], object]


class _Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def _header(content: bytes) -> dict[str, Any]:
    (length,) = struct.unpack("<Q", content[:8])
    found: dict[str, Any] = json.loads(content[8 : 8 + length])
    return found


def _rewrite(source: Path, target: Path, edit: Edit = dict, tensors: Edit = dict) -> Path:
    """Copies a checkpoint with its description and its tensors changed."""
    content = source.read_bytes()
    description = json.loads(_header(content)["__metadata__"]["ganmodels"])
    edit(description)
    values: dict[str, Any] = tensors_of(content)
    tensors(values)
    target.write_bytes(to_bytes(values, {"ganmodels": json.dumps(description)}))
    return target


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.safetensors"


def test_inspect_says_what_load_would_give(checkpoint: Path) -> None:
    info, generator = inspect(checkpoint), load(checkpoint)
    assert (info.model, info.image_shape, info.image_range) == ("vae", (1, 16, 16), (0.0, 1.0))
    assert info.parameter_count == generator.parameter_count
    assert info.as_json() == generator.provenance
    assert inspect(str(checkpoint)) == info
    assert info.size_bytes == checkpoint.stat().st_size
    assert json.loads(json.dumps(info.as_json()))["data"]["digest"] == "sha256:squares"


def test_the_readable_copy_is_the_description(checkpoint: Path) -> None:
    beside = json.loads(checkpoint.with_suffix(".json").read_text())
    assert beside == json.loads(_header(checkpoint.read_bytes())["__metadata__"]["ganmodels"])


def test_half_precision_is_read_as_single(checkpoint: Path, copy: Path) -> None:
    def halve(values: dict[str, Any]) -> None:
        values |= {name: value.half() for name, value in values.items() if value.is_floating_point()}

    images = load(_rewrite(checkpoint, copy, tensors=halve)).sample(4, 0)
    assert (images.int() - load(checkpoint).sample(4, 0).int()).abs().max() <= 2


@pytest.mark.parametrize("opener", [load, inspect])
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_crafted_pickle_is_refused_and_not_run(
    tmp_path: Path, copy: Path, opener: Callable[[Path], object], protocol: int
) -> None:
    mark = tmp_path / "mark"
    copy.write_bytes(pickle.dumps({"state_dict": [_Bomb(mark)]}, protocol=protocol))
    with pytest.raises(CheckpointError):
        opener(copy)
    assert not mark.exists()


def test_a_torch_file_needs_its_network_named(copy: Path) -> None:
    torch.save({"weight": torch.zeros(3)}, copy)
    with pytest.raises(CheckpointArchitectureError, match="without saying of which network"):
        load(copy)


@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"\x00" * 8, b"GIF89a" + b"\x00" * 100, b"\xff" * 64])
def test_other_files_are_refused(copy: Path, content: bytes) -> None:
    copy.write_bytes(content)
    with pytest.raises((CheckpointFormatError, CheckpointTruncatedError)):
        load(copy)


def test_every_truncation_is_named(checkpoint: Path, copy: Path) -> None:
    content = checkpoint.read_bytes()
    for length in [0, 4, 8, 9, 500, len(content) // 2, len(content) - 1]:
        copy.write_bytes(content[:length])
        with pytest.raises(CheckpointTruncatedError):
            load(copy)
    copy.write_bytes(content + b"\x00")
    with pytest.raises(CheckpointTruncatedError):
        load(copy)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(CheckpointNotFoundError, match="no checkpoint at"):
            load(path)


def test_sizes_are_limited(checkpoint: Path, copy: Path) -> None:
    with pytest.raises(CheckpointTooLargeError):
        load(checkpoint, max_bytes=1000)
    copy.write_bytes(struct.pack("<Q", 2**62) + b"{" + b" " * 100)
    with pytest.raises(CheckpointTooLargeError):
        load(copy)


@pytest.mark.parametrize(
    "table",
    [
        b"{nonsense",
        b"{" * 5000,
        b'{"w": 3}',
        b'{"w": {"shape": [1]}}',
        b'{"w": {"shape": [1e999], "data_offsets": [0, 0]}}',
        b'{"w": {"shape": [1], "data_offsets": [0, 1e999]}}',
        b'{"w": {"shape": [' + b"9" * 5000 + b"]}}",
    ],
)
def test_a_broken_header_is_named(copy: Path, table: bytes) -> None:
    copy.write_bytes(struct.pack("<Q", len(table)) + table)
    with pytest.raises(CheckpointFormatError):
        load(copy)


def test_overlapping_tensors_are_named(checkpoint: Path, copy: Path) -> None:
    content = checkpoint.read_bytes()
    header = _header(content)
    names = [name for name in header if name.endswith("running_mean")][:2]
    header[names[0]]["data_offsets"] = header[names[1]]["data_offsets"]
    table = json.dumps(header).encode()
    body = content[8 + struct.unpack("<Q", content[:8])[0] :]
    copy.write_bytes(struct.pack("<Q", len(table)) + table + body)
    with pytest.raises(CheckpointFormatError, match="not a sound safetensors file"):
        load(copy)


def test_safetensors_of_others_are_named(copy: Path) -> None:
    copy.write_bytes(to_bytes({"w": torch.zeros(2)}, {"format": "pt"}))
    with pytest.raises(CheckpointMetadataError, match="without a 'ganmodels' description"):
        load(copy)


def test_an_unknown_model_is_named(checkpoint: Path, copy: Path) -> None:
    with pytest.raises(CheckpointModelError, match="'vea'; did you mean 'vae'"):
        load(_rewrite(checkpoint, copy, lambda told: told.update(model="vea")))


@pytest.mark.parametrize(
    "edit",
    [
        lambda told: told.update(format=2),
        lambda told: told.update(model=3),
        lambda told: told.pop("settings"),
        lambda told: told.update(image_shape=[1, 16]),
        lambda told: told.update(image_shape=[1, 16, "16"]),
        lambda told: told.update(image_shape=[1, 10**12, 10**12]),
        lambda told: told.update(image_shape=[1, -16, -16]),
        lambda told: told["settings"].update(width=10**9),
        lambda told: told["settings"].update(width=[4]),
        lambda told: told["settings"].update(network="__import__"),
        lambda told: told["settings"].update(depth=4),
    ],
)
def test_a_description_that_can_not_be_built_is_named(checkpoint: Path, copy: Path, edit: Edit) -> None:
    with pytest.raises(CheckpointMetadataError):
        load(_rewrite(checkpoint, copy, edit))


@pytest.mark.parametrize("settings", [{"width": 4096}, {"latent_size": 9}, {"network": "mlp"}])
def test_tensors_of_another_network_are_named_before_memory_is_taken(
    checkpoint: Path, copy: Path, settings: dict[str, Any]
) -> None:
    with pytest.raises(CheckpointShapeError):
        inspect(_rewrite(checkpoint, copy, lambda told: told["settings"].update(settings)))


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("0.weight"),
        lambda values: values.update(extra=torch.zeros(1)),
        lambda values: values.update({"0.weight": values["0.weight"].T.contiguous()}),
        lambda values: values.update({"0.weight": values["0.weight"].to(torch.int32)}),
    ],
)
def test_missing_unexpected_and_mis_shaped_tensors_are_named(
    checkpoint: Path, copy: Path, change: Edit
) -> None:
    with pytest.raises(CheckpointShapeError):
        load(_rewrite(checkpoint, copy, tensors=change))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(checkpoint: Path, copy: Path, value: float) -> None:
    with pytest.raises(CheckpointNotFiniteError, match=r"'0\.weight' of copy\.safetensors"):
        load(_rewrite(checkpoint, copy, tensors=lambda values: values["0.weight"][0].fill_(value)))


def test_a_weight_that_is_finite_in_the_file_only_is_named(checkpoint: Path, copy: Path) -> None:
    def widen(tensors: dict[str, Any]) -> None:
        name = next(name for name, value in tensors.items() if value.is_floating_point())
        tensors[name] = torch.full_like(tensors[name], 1e300, dtype=torch.float64)

    with pytest.raises(CheckpointNotFiniteError):
        load(_rewrite(checkpoint, copy, tensors=widen))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), "a\0b", "\ud800"])
@pytest.mark.parametrize("opener", [load, inspect])
def test_a_description_that_no_database_stores_is_refused(
    checkpoint: Path, copy: Path, odd: object, opener: Callable[[Path], object]
) -> None:
    with pytest.raises(CheckpointMetadataError, match="is not JSON"):
        opener(_rewrite(checkpoint, copy, lambda told: told["data"].update(odd=odd)))


def test_a_name_of_a_megabyte_is_not_repeated(checkpoint: Path, copy: Path) -> None:
    with pytest.raises(CheckpointModelError) as raised:
        load(_rewrite(checkpoint, copy, lambda told: told.update(model="\x1b[31m" + "x" * 10**6)))
    assert len(str(raised.value)) < 400
    assert "\x1b" not in str(raised.value)
