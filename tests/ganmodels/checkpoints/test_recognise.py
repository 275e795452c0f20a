"""What kind of file it is, by its content alone."""

import pickle
import struct
from pathlib import Path

import pytest

from ganmodels.checkpoints import load
from ganmodels.checkpoints.recognise import Kind, kind_of


@pytest.mark.parametrize("mark", [b"\x80", b"PK"], ids=["pickle", "zip"])
def test_a_header_as_long_as_another_formats_mark_is_still_one(
    checkpoint: Path, tmp_path: Path, mark: bytes
) -> None:
    content = checkpoint.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    padded = length + (int.from_bytes(mark, "little") - length) % 256 ** len(mark)
    header = content[8 : 8 + length].ljust(padded)  # safetensors' own way of filling up
    path = tmp_path / "padded.safetensors"
    path.write_bytes(struct.pack("<Q", padded) + header + content[8 + length :])
    assert path.read_bytes().startswith(mark)
    assert load(path).sample(2, 0).equal(load(checkpoint).sample(2, 0))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_no_header_whatever_it_holds(protocol: int) -> None:
    content = pickle.dumps({"weights": [1.5, {"a": "{}"}]}, protocol)
    assert kind_of("pickled.pkl", content, 1 << 20) is Kind.PICKLE


@pytest.mark.parametrize("content", [b"", b"\x10\0\0", struct.pack("<Q", 900) + b'{"__metadata__":{}'])
def test_what_is_cut_short_is_told_as_such(content: bytes) -> None:
    assert kind_of("short.safetensors", content, 1 << 20) is Kind.SAFETENSORS
