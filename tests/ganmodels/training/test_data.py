"""Training images: every container, one rule, and a name for what can't be read."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganmodels.errors import DataError
from ganmodels.training.data import ImageData, load_images
from ganmodels.training.shuffle import Shuffle

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (3, 28, 28), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (2, 28, 28, 3), dtype=np.uint8)


def _idx(images: np.ndarray) -> bytes:
    return struct.pack(">IIII", 0x803, *images.shape) + images.tobytes()


def _png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def _write_all(folder: Path) -> dict[str, Path]:
    paths = {
        name: folder / name for name in ("images.gz", "images.idx", "images.npz", "images.zip", "images")
    }
    paths["images.gz"].write_bytes(gzip.compress(_idx(GREY)))
    paths["images.idx"].write_bytes(_idx(GREY))
    np.savez(paths["images.npz"], GREY)
    (paths["images"] / "sub").mkdir(parents=True)
    with zipfile.ZipFile(paths["images.zip"], "w") as archive:
        for index, image in enumerate(GREY):
            archive.writestr(f"sub/{index}.png", _png(image))
            (paths["images"] / "sub" / f"{index}.png").write_bytes(_png(image))
        archive.writestr("readme.txt", "no image")
    return paths


def test_every_container_gives_the_same_images_and_digest(tmp_path: Path) -> None:
    found = [load_images(path) for path in _write_all(tmp_path).values()]
    for data in found:
        assert data.shape == (1, 28, 28)
        assert torch.equal(data.images[:, 0], torch.from_numpy(GREY))
    assert len({data.digest for data in found}) == 1


def test_hidden_files_and_what_macos_packs_are_no_images_and_no_classes(tmp_path: Path) -> None:
    extras = ("__MACOSX/boot/._0.png", "bag/._0.png", ".thumbs/0.png")
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for name in ("boot/0.png", "bag/0.png", *extras):
            content = b"no image" if name in extras else _png(GREY[0])
            archive.writestr(name, content)
            file = tmp_path / "images" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    for path in (tmp_path / "images", tmp_path / "images.zip"):
        data = load_images(path)
        assert len(data) == 2
        assert data.labels is not None
        assert data.labels.tolist() == [0, 1]


def test_colour_with_and_without_names_of_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", COLOUR)
    data = load_images(tmp_path / "c.npz")
    assert data.shape == (3, 28, 28)
    assert torch.equal(data.images.permute(0, 2, 3, 1), torch.from_numpy(COLOUR))


def test_small_images_are_centred_on_black(tmp_path: Path) -> None:
    (tmp_path / "i").write_bytes(_idx(GREY))
    data = load_images(tmp_path / "i", size_px=32)
    assert data.shape == (1, 32, 32)
    assert torch.equal(data.images[:, 0, 2:30, 2:30], torch.from_numpy(GREY))
    assert data.images.sum() == int(GREY.sum())


def test_large_images_are_cropped_to_their_middle_and_reduced(tmp_path: Path) -> None:
    wide = np.zeros((64, 128), np.uint8)
    wide[:, 32:96] = 255
    (tmp_path / "wide.png").write_bytes(_png(wide))
    assert load_images(tmp_path, size_px=32).images.unique().tolist() == [255]


def test_grey_and_colour_together_are_colour(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_png(GREY[0]))
    (tmp_path / "b.png").write_bytes(_png(COLOUR[0]))
    images = load_images(tmp_path).images
    assert images.shape == (2, 3, 28, 28)
    assert torch.equal(images[0, 0], images[0, 2])


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_png(np.zeros((16, 16, 4), np.uint8)))
    assert load_images(tmp_path).images.unique().tolist() == [255]


def test_sixteen_bits_are_rounded_to_eight(tmp_path: Path) -> None:
    """Pillow cuts them off at 255: every image would be white."""
    deep = GREY[0].astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    data = load_images(tmp_path)
    assert data.shape == (1, 28, 28)
    assert torch.equal(data.images[0, 0], torch.from_numpy(GREY[0]))


def test_fractions_of_no_known_range_are_refused(tmp_path: Path) -> None:
    Image.fromarray(GREY[0].astype(np.float32) / 255).save(tmp_path / "f.tiff")
    with pytest.raises(DataError, match="fractions of no stated range"):
        load_images(tmp_path)


def test_unequal_sizes_ask_for_one(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_png(GREY[0]))
    (tmp_path / "b.png").write_bytes(_png(GREY[0][:20]))
    with pytest.raises(DataError, match="--size"):
        load_images(tmp_path)
    assert load_images(tmp_path, size_px=16).shape == (1, 16, 16)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("i.gz", _idx(GREY)[:-1], "copy it again"),
        ("i.gz", gzip.compress(_idx(GREY))[:-20], "can't be read"),
        ("i.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 40, "can't be read"),
        ("i.npz", b"PK\x03\x04 no zip", "can't be read"),
        ("i.bin", b"nothing of the kind", "nor an idx file"),
        ("i.zip", b"PK\x05\x06" + bytes(18), "no images"),
    ],
)
def test_what_can_not_be_read_is_named(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        load_images(tmp_path / name)


@pytest.mark.parametrize("broken", [_png(GREY[0])[:200], b"no image", _png(GREY[0])[:30] + b"\x00" * 300])
def test_a_broken_image_is_named(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "broken.png").write_bytes(broken)
    with pytest.raises(DataError, match=r"broken\.png"):
        load_images(tmp_path)


@pytest.mark.parametrize("arrays", [{"images": GREY}, {"arr_0": GREY.astype(np.float32)}, {"arr_0": GREY[0]}])
def test_an_npz_of_other_form_is_named(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match="arr_0"):
        load_images(tmp_path / "a.npz")


def test_an_npz_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="can't be read"):
        load_images(tmp_path / "a.npz")


def test_nothing_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no training images at"):
        load_images(tmp_path / "none")
    with pytest.raises(DataError, match="holds no images"):
        load_images(tmp_path)


@pytest.fixture
def ramp() -> ImageData:
    return ImageData(torch.arange(10, dtype=torch.uint8).view(10, 1, 1, 1), "ramp", "sha256:ramp")


def _pixels(data: ImageData, indices: range, batch_size: int = 4) -> list[int]:
    shuffle = Shuffle(data, batch_size, (0.0, 255.0), seed=0)
    return [round(v) for i in indices for v in shuffle.batch(i, torch.device("cpu")).flatten().tolist()]


def test_each_epoch_shows_each_image_once_in_another_order(ramp: ImageData) -> None:
    order = _pixels(ramp, range(5))
    assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert order[:10] != order[10:]


def test_a_batch_does_not_depend_on_those_before_it(ramp: ImageData) -> None:
    assert _pixels(ramp, range(2, 5)) == _pixels(ramp, range(5))[8:]


def test_a_batch_larger_than_the_set_goes_round(ramp: ImageData) -> None:
    assert sorted(_pixels(ramp, range(1), batch_size=30)) == sorted(list(range(10)) * 3)


def test_values_are_brought_into_the_range(ramp: ImageData) -> None:
    ramp.images[0], ramp.images[1] = 0, 255
    batch = Shuffle(ramp, 10, (-1.0, 1.0), seed=0).batch(0, torch.device("cpu"))
    assert (batch.min(), batch.max()) == (-1.0, 1.0)


@pytest.mark.parametrize(
    "header", [b"(" * 5000, b"{'descr': '|u1', 'fortran_order': False, 'shape': (10**9,)}"]
)
def test_an_array_that_lies_in_its_header_is_one_sentence(tmp_path: Path, header: bytes) -> None:
    header = header.replace(b"10**9,", b"1000000000, 10000, 10000, 3")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    with pytest.raises(DataError, match="can't be read") as raised:
        load_images(tmp_path / "a.npz")
    assert "\n" not in str(raised.value)
