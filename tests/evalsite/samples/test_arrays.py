from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evalsite.samples.errors import RefusedImageError, SourceError
from evalsite.samples.sources import open_source


def read_all(path: Path) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Name and label of what can be read, and the reasons by name of what can't."""
    taken, refused = [], {}
    with open_source(path) as source:
        for candidate in source.candidates:
            try:
                candidate.read()
                taken.append((candidate.name, candidate.label))
            except RefusedImageError as error:
                refused[candidate.name] = str(error)
    assert source.total == len(taken) + len(refused)
    return taken, refused


@pytest.mark.parametrize("channels", [(3,), (1,), ()])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_array_file_gives_its_images_in_order(
    tmp_path: Path, channels: tuple[int, ...], save: Callable[..., None]
) -> None:
    from evalsite.samples.images import decode

    images = np.random.default_rng(0).integers(0, 256, (4, 5, 6, *channels), dtype=np.uint8)
    save(tmp_path / "a.npz", images, np.array([3, 1, 2, 0]))
    with open_source(tmp_path / "a.npz") as source:
        read = [
            (candidate.name, candidate.label, np.asarray(decode(candidate.read()).image))
            for candidate in source.candidates
        ]
    assert [name for name, _, _ in read] == ["arr_0[0]", "arr_0[1]", "arr_0[2]", "arr_0[3]"]
    assert [label for _, label, _ in read] == ["3", "1", "2", "0"]
    for image, (_, _, pixels) in zip(images, read, strict=True):
        assert (pixels == image.squeeze(-1) if channels == (1,) else pixels == image).all()


UINT8 = np.zeros((2, 4, 4, 3), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"images": UINT8}, "holds images; expected the images as arr_0"),
        ({"arr_0": UINT8.astype(np.float32)}, "arr_0 is float32"),
        ({"arr_0": UINT8[..., :2]}, "expected uint8 of shape"),
        ({"arr_0": np.asfortranarray(np.zeros((2, 4, 5, 3), np.uint8))}, "in C order"),
        ({"arr_0": UINT8[0, 0]}, r"of shape \(4, 3\)"),
        ({"arr_0": np.zeros((2, 0, 4, 3), np.uint8)}, "empty or too large"),
        ({"arr_0": UINT8, "arr_1": np.zeros(3, np.int64)}, "expected 2 whole numbers or texts"),
        ({"arr_0": UINT8, "arr_1": np.zeros(2)}, "expected 2 whole numbers or texts"),
        ({"arr_0": np.array([None, 1], dtype=object)}, "arr_0 is object"),
        ({"arr_0": UINT8, "arr_1": np.array([None, 1], dtype=object)}, "arr_1 is object"),
    ],
)
def test_an_array_file_of_another_shape_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(SourceError, match=sentence):
        read_all(tmp_path / "a.npz")


def test_an_array_that_ends_early_is_refused_whole(tmp_path: Path) -> None:
    header = np.lib.format.header_data_from_array_1_0(np.zeros((1000, 4, 4, 3), np.uint8))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file, file.open("arr_0.npy", "w") as array:
        np.lib.format.write_array_header_1_0(array, header)
        array.write(b"\0" * 100)
    with pytest.raises(SourceError, match="ends before its last image"):
        read_all(tmp_path / "a.npz")


def array_file(path: Path, header: bytes, flags: int = 0, method: int = 0) -> Path:
    """An npz file whose array has this header; the archive's own table may lie about it."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    data = bytearray(path.read_bytes())
    for start, offset in ((0, 6), (data.index(b"PK\x01\x02"), 8)):
        struct.pack_into("<HH", data, start + offset, flags, method)
    path.write_bytes(data)
    return path


def described(shape: tuple[int, ...]) -> bytes:
    return f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}".encode()


@pytest.mark.parametrize(
    "header",
    [b"(" * 5000, b"-" * 9000 + b"1", b"\xff" * 50, b"", b"__import__('os').getcwd()", b"{'descr': []}"],
)
def test_an_array_header_that_no_parser_takes_is_a_damaged_array(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(SourceError, match="damaged array") as raised:
        read_all(array_file(tmp_path / "a.npz", header))
    assert "\n" not in str(raised.value)
    assert "()" not in str(raised.value)


@pytest.mark.parametrize(("flags", "method"), [(1, 0), (0, 99)])
def test_an_encrypted_or_unknown_array_entry_is_a_damaged_array(
    tmp_path: Path, flags: int, method: int
) -> None:
    with pytest.raises(SourceError, match="damaged array"):
        read_all(array_file(tmp_path / "a.npz", described((1, 2, 2, 3)), flags, method))


@pytest.mark.parametrize(
    "shape", [(-1, 4, 4, 3), (2, -4, -4, 3), (10**11, 1, 1, 1), (0, 4, 4, 3), (2, 8000, 8001, 3)]
)
def test_a_header_that_lies_about_its_shape_is_refused_before_memory_is_asked_for(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    with pytest.raises(SourceError, match="is empty or too large"):
        read_all(array_file(tmp_path / "a.npz", described(shape)))


def test_labels_that_cant_be_stored_are_written_as_codes_and_long_ones_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", np.zeros((3, 2, 2), np.uint8), np.array(["a\0b", "\ud800", "x" * 121]))
    taken, refused = read_all(tmp_path / "a.npz")
    assert [label for _, label in taken] == ["a\\x00b", "\\ud800"]
    assert "longer than 120" in refused["arr_0[2]"]


def test_labels_that_claim_more_memory_than_there_is_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        with file.open("arr_0.npy", "w") as array:
            np.lib.format.write_array(array, UINT8)
        with file.open("arr_1.npy", "w") as array:
            header = {"descr": "<U500000000", "fortran_order": False, "shape": (2,)}
            np.lib.format.write_array_header_1_0(array, header)
    with pytest.raises(SourceError, match="expected 2 whole numbers or texts"):
        read_all(tmp_path / "a.npz")
