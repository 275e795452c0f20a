"""Files made to do harm: each is refused by name, and the marker that it would make never appears."""

import io
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import (
    CheckpointCodeError,
    CheckpointError,
    CheckpointFormatError,
    CheckpointTooLargeError,
    CheckpointTruncatedError,
)
from tests.support.bombs import Bomb

ENDINGS = (".pt", ".pth", ".ckpt", ".pkl", ".bin", ".safetensors", ".zip", "")
VAE: dict[str, Any] = {"model": "vae", "settings": {"latent_size": 8, "width": 4}, "image_shape": (1, 16, 16)}


def _plain(bomb: bytes) -> bytes:
    return bomb


def _zip(bomb: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", bomb)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def _legacy(position: int) -> Callable[[bytes], bytes]:
    """Puts a pickle in one of the five places of a legacy file."""

    def make(bomb: bytes) -> bytes:
        parts = [pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {}, {}, [])]
        parts[position] = bomb
        return b"".join(parts)

    return make


def _in_a_storage(bomb: bytes) -> bytes:
    """What torch's own storages do when a StyleGAN pickle is opened: unpickle bytes inside of it."""
    inner = pickle.BINBYTES + struct.pack("<I", len(bomb)) + bomb
    return b"\x80\x03ctorch.storage\n_load_from_bytes\n" + inner + b"\x85R."


def _in_a_module(bomb: bytes) -> bytes:
    meta = bomb.removeprefix(b"\x80\x03").removesuffix(b".")
    return b"\x80\x03ctorch_utils.persistence\n_reconstruct_persistent_obj\n" + meta + b"\x85R."


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "plain": _plain,
    "zip": _zip,
    "legacy 1st": _legacy(1),
    "legacy 3rd": _legacy(3),
    "legacy 4th": _legacy(4),
    "storage": _in_a_storage,
    "module": _in_a_module,
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("place", PLACES)
def test_a_command_hidden_in_any_place_under_any_name_is_not_run(
    tmp_path: Path, ending: str, place: str
) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / f"file{ending}"
    path.write_bytes(PLACES[place](pickle.dumps({"state_dict": [Bomb(f"touch {mark}")]}, 3)))
    for opener in (load, inspect, lambda file: load(file, **VAE), lambda file: load(file, allow_code=True)):
        with pytest.raises(CheckpointError):
            opener(path)
    assert not mark.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_command_is_named_whatever_the_protocol(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / "file.pkl"
    path.write_bytes(pickle.dumps([Bomb(f"touch {mark}")], protocol))
    with pytest.raises(CheckpointCodeError, match=r"system.*nothing in it was run"):
        load(path)
    assert not mark.exists()


_COMMAND = "V{command}\n"
OPCODES = {
    "GLOBAL, REDUCE": "cos\nsystem\n(" + _COMMAND + "tR.",
    "INST": "(" + _COMMAND + "ios\nsystem\n.",
    "OBJ": "(cos\nsystem\n" + _COMMAND + "o.",
    "a lookalike of an allowed name": "ctorch._utils\n_rebuild_tensor_v2.__globals__\n(" + _COMMAND + "tR.",
    "evaluation": "cbuiltins\neval\n(" + _COMMAND + "tR.",
    "import": "cbuiltins\n__import__\n(" + _COMMAND + "tR.",
    "torch's reader of pickles": "ctorch.serialization\nload\n(" + _COMMAND + "tR.",
}


@pytest.mark.parametrize("code", OPCODES)
def test_no_opcode_calls_what_is_named(tmp_path: Path, code: str) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / "file.pkl"
    path.write_bytes(b"\x80\x02" + OPCODES[code].format(command=f"touch {mark}").encode())
    with pytest.raises(CheckpointCodeError):
        load(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"ccollections\nOrderedDict\n}(Vpwned\nI1\nubN.",  # attributes of a class
        b"ctorch\nFloatStorage\n(N}(Vpwned\nI1\nutbN.",
        b"ctorch._utils\n_rebuild_tensor_v2\n}(V__defaults__\nNubN.",
    ],
)
def test_no_class_of_torch_or_python_is_changed(tmp_path: Path, content: bytes) -> None:
    from collections import OrderedDict

    path = tmp_path / "file.pkl"
    path.write_bytes(b"\x80\x02" + content)
    with pytest.raises(CheckpointCodeError):
        load(path)
    assert not hasattr(OrderedDict, "pwned")
    assert not hasattr(torch.FloatStorage, "pwned")


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02.",
        b"\x80\x02}(((K\x00K\x01tK\x02tK\x03u.",  # a tuple as a key
        b"\x80\x02\x82\x01.",  # an extension's code
        b"\x80\x02K\x01K\x02K\x03R.",
        b"\x80\x02]K\x01s.",
        b"\x80\x02" + b"(" * 100_000 + b".",
        b"\x80\x02h\x07.",
        b"\x80\x02Vabc\nQ.",
    ],
)
def test_nonsense_is_a_named_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.pkl"
    path.write_bytes(content)
    with pytest.raises(CheckpointError):
        load(path)


def test_references_that_unfold_without_end_are_cut_short(tmp_path: Path) -> None:
    value: Any = {}
    for _ in range(60):
        value = {"a": value, "b": value}
    path = tmp_path / "file.pt"
    torch.save(value, path)
    with pytest.raises(CheckpointFormatError, match="nested deeper"):
        load(path, **VAE)


def _zip_of(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_by_its_table_of_contents(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    zeros = {"a/data.pkl": pickle.dumps({}, 2), "a/data/0": bytes(50_000_000)}
    path.write_bytes(_zip_of(zeros, zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 100_000
    with pytest.raises(CheckpointTooLargeError, match="unpacks to more than it weighs"):
        load(path, **VAE)
    with pytest.raises(CheckpointTooLargeError, match="announces 2 entries"):
        load(path, **VAE, max_bytes=1_000_000)


def test_a_zip_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    content = _zip_of({"a/data.pkl": pickle.dumps({}, 2), "a/data/0": b"1234"})
    at = content.rindex(b"PK\x01\x02")
    path.write_bytes(content[: at + 20] + struct.pack("<II", 2**31, 2**31) + content[at + 28 :])
    with pytest.raises(CheckpointTooLargeError):
        load(path, **VAE)


@pytest.mark.parametrize(
    "names", [("a/data.pkl", "b/data.pkl"), ("a/data.pkl", "a/more.pkl"), ("a/data.pkl", "b/data/0")]
)
def test_two_archives_in_one_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "file.pt"
    path.write_bytes(_zip_of({name: pickle.dumps({}, 2) for name in names}))
    with pytest.raises(CheckpointFormatError, match="more than one archive"):
        load(path, **VAE)


def test_a_storage_that_announces_a_terabyte_is_refused_before_any_is_taken(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"w": torch.zeros(3)}, buffer, _use_new_zipfile_serialization=False)
    content = buffer.getvalue()
    huge = b"\x8a\x06" + (2**40).to_bytes(6, "little")
    path = tmp_path / "file.pt"
    path.write_bytes(content.replace(b"K\x03Nt", huge + b"Nt"))
    assert path.read_bytes() != content
    with pytest.raises(CheckpointTooLargeError, match="announces tensors of 4398046511104 bytes"):
        load(path, **VAE)


def test_a_tensor_that_repeats_one_number_to_look_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    torch.save({"w": torch.zeros(1).expand(10**9)}, path)
    with pytest.raises(CheckpointFormatError, match="does not fit its storage"):
        load(path, **VAE)


@pytest.mark.parametrize("legacy", [False, True])
def test_every_truncation_of_torchs_files_is_named(tmp_path: Path, legacy: bool) -> None:
    whole = io.BytesIO()
    torch.save({"w": torch.zeros(100)}, whole, _use_new_zipfile_serialization=not legacy)
    content = whole.getvalue()
    path = tmp_path / "file.pt"
    for length in (2, 30, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises((CheckpointTruncatedError, CheckpointTooLargeError)):
            load(path, **VAE)


@pytest.mark.parametrize(
    "odd", [torch.eye(3).to_sparse(), torch.zeros(3, device="meta")], ids=["sparse", "without numbers"]
)
def test_odd_tensors_are_refused(tmp_path: Path, odd: torch.Tensor) -> None:
    path = tmp_path / "file.pt"
    torch.save({"w": odd}, path)
    with pytest.raises(CheckpointError):
        load(path, **VAE)
