from __future__ import annotations

import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from metrics import open_images
from metrics.errors import ImageReadError
from metrics.images import reading
from metrics.images.reading import read_image


@pytest.fixture
def folder(tmp_path, pictures):
    """Three PNG files, one of them in a folder of its own."""
    for name, picture in zip(("b.png", "a.PNG", "cats/c.png"), pictures(0, 3), strict=True):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path, format="png")
    (tmp_path / "set" / "notes.txt").write_text("no image")
    return tmp_path / "set"


def test_a_folder_is_read_recursively_in_order(folder, pictures):
    images = open_images(folder)
    assert images.count == 3
    expected = pictures(0, 3)[[1, 0, 2]]  # a, b, cats/c
    assert np.array_equal(torch.stack(images.source.read(0, 3)).permute(0, 2, 3, 1).numpy(), expected)
    assert len(images.source.read(2, 3)) == 1


def test_hidden_files_and_what_macos_packs_along_are_no_images(folder, tmp_path):
    inside = {path.relative_to(folder): path for path in sorted(folder.rglob("*.[pP][nN][gG]"))}
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name, path in inside.items():
            archive.write(path, f"set/{name}")
            archive.writestr(f"__MACOSX/set/{name.parent}/._{name.name}", b"resource fork")
    for hidden in (folder / "._b.png", folder / ".thumbnails" / "b.png"):
        hidden.parent.mkdir(exist_ok=True)
        hidden.write_bytes(b"no image")
    for source in (folder, tmp_path / "set.zip"):
        images = open_images(source)
        assert len(images.source.read(0, images.count)) == 3


def test_the_digest_is_that_of_the_content(folder, pictures):
    digest = open_images(folder).digest
    assert digest == open_images(sorted(folder.rglob("*.[pP][nN][gG]"))).digest
    assert open_images(folder, digest="known").digest == "known"
    Image.fromarray(pictures(1, 1)[0]).save(folder / "b.png")
    assert open_images(folder).digest != digest


def test_arrays_in_either_layout_are_the_same_set(tmp_path, pictures):
    nhwc = pictures(0, 4)
    np.savez(tmp_path / "adm.npz", arr_0=nhwc)
    sets = [
        open_images(item) for item in (nhwc, torch.from_numpy(nhwc).permute(0, 3, 1, 2), tmp_path / "adm.npz")
    ]
    assert len({images.digest for images in sets}) == 1
    assert all(torch.equal(images.source.read(1, 2)[0], sets[0].source.read(1, 2)[0]) for images in sets)


def test_one_channel_is_repeated(pictures):
    grey = open_images(pictures(0, 2)[..., :1])
    assert grey.source.read(0, 1)[0].shape == (3, 12, 10)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("L", 7, (7, 7, 7)),
        ("I;16", 257 * 9, (9, 9, 9)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (1, 2, 3, 0), (1, 2, 3)),
        ("LA", (5, 128), (5, 5, 5)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
    ],
)
def test_every_mode_becomes_rgb_by_its_rule(tmp_path, mode, value, expected):
    path = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    Image.new(mode, (3, 2), value).save(path)
    pixels = read_image(path)
    assert pixels.dtype == torch.uint8
    assert pixels.shape == (3, 2, 3)
    assert tuple(pixels[:, 0, 0].tolist()) == expected


def test_a_palette_is_resolved_and_the_first_frame_counts(tmp_path):
    frames = [Image.new("RGB", (2, 2), colour) for colour in ((10, 20, 30), (40, 50, 60))]
    frames[0].quantize(4).save(tmp_path / "x.gif", save_all=True, append_images=[frames[1].quantize(4)])
    assert read_image(tmp_path / "x.gif")[:, 0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize("damage", ["text", "truncated", "missing", "bomb"])
def test_bad_files_are_named(folder, damage, monkeypatch):
    path = folder / "b.png"
    if damage == "text":
        path.write_text("no image")
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-60])
    elif damage == "missing":
        path.unlink()
    else:
        monkeypatch.setattr(reading, "LARGEST_PIXELS", 119)
    with pytest.raises(ImageReadError, match=r"b\.png"):
        read_image(path)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "empty"),
        ("nowhere", "neither a folder"),
        (np.zeros((2, 4, 4, 3)), "dtype torch.float64"),
        (np.zeros((4, 4, 3), dtype=np.uint8), "isn't a set of images"),
        (np.zeros((0, 4, 4, 3), dtype=np.uint8), "isn't a set of images"),
        (np.zeros((2, 5, 5, 7), dtype=np.uint8), "no axis of 1 or 3 channels"),
        (np.zeros((2, 0, 0, 3), dtype=np.uint8), "isn't a set of images"),
    ],
)
def test_what_is_no_set_of_images_is_refused(source, message):
    with pytest.raises(ImageReadError, match=message):
        open_images(source)


def test_an_npy_file_is_its_array(tmp_path, pictures):
    np.save(tmp_path / "set.npy", pictures(0, 3))
    found, known = open_images(tmp_path / "set.npy"), open_images(pictures(0, 3))
    assert all(map(torch.equal, found.source.read(0, 3), known.source.read(0, 3)))
    assert found.digest == known.digest
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ImageReadError, match=r"objects\.npy can't be read as images"):
        open_images(tmp_path / "objects.npy")


def test_folders_and_archives_without_images_are_refused(tmp_path):
    with pytest.raises(ImageReadError, match="holds no image"):
        open_images(tmp_path)
    np.savez(tmp_path / "stats.npz", mu=np.zeros(3))
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.npz").touch()
    with zipfile.ZipFile(tmp_path / "lying.npz", "w") as file, file.open("arr_0.npy", "w") as array:
        header = {"descr": "|u1", "fortran_order": False, "shape": (10**9, 10**4, 10**4, 3)}
        np.lib.format.write_array_header_1_0(array, header)
    for name in ("stats.npz", "broken.npz", "absent.npz", "empty.npz", "lying.npz"):
        with pytest.raises(ImageReadError, match=rf"{name}.*arr_0"):
            open_images(tmp_path / name)
