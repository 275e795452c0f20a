"""Looking inside a checkpoint from the command line."""

import json
from pathlib import Path

import pytest
from PIL import Image

from ganmodels.__main__ import main
from ganmodels.training.data import ImageData
from ganmodels.training.grid import save_png


@pytest.fixture
def images(tmp_path: Path, small_data: ImageData) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for index, image in enumerate(small_data.images[:12]):
        save_png(image, folder / f"{index:02}.png")
    return folder


def told(out: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / f"{name}.json").read_text())
    with Image.open(out / f"{name}.png") as picture:
        assert min(picture.size) > 60
    return found


def test_without_a_wish_everything_is_shown_that_the_file_can_give(
    checkpoints: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(checkpoints["gan"]), "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "samples.png", "interpolation-z-spherical.png", "traversal-z.png", "filters.png",
    }  # fmt: skip
    said = capsys.readouterr().out
    assert "no codes: 'gan' has neither codes nor classes" in said
    assert "no feature maps: no layer" in said


def test_each_wish_is_a_picture_and_numbers(
    checkpoints: dict[str, Path], tmp_path: Path, images: Path
) -> None:
    out = tmp_path / "out"
    words = ["--interpolate", "5", "--linear", "--strips", "2", "--traverse", "0,3", "--range", "2"]
    words += ["--steps", "4", "--invert", str(images / "03.png"), "--search-steps", "3", "--filters"]
    words += ["--feature-maps", "--scores", str(images), "--seed", "6", "--out", str(out)]
    assert main(["inspect", str(checkpoints["wgan_gp"]), *words]) == 0
    assert len(told(out, "interpolation-z-linear")["strips"][0]["places"]) == 5
    assert [strip["name"] for strip in told(out, "traversal-z")["strips"]] == [
        "dimension 0 of z",
        "dimension 3 of z",
    ]
    assert len(told(out, "inversion-z")["searches"][0]["errors"]) == 4
    assert told(out, "filters")["count"] == 4
    assert len(told(out, "scores")["real"]) == 12
    assert told(out, "feature-maps")["seed"] == 6


def test_codes_and_classes_are_walked_through(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    for name, first in (("infogan", "category"), ("cgan", "class")):
        out = tmp_path / name
        assert main(["inspect", str(checkpoints[name]), "--traverse", "codes", "--out", str(out)]) == 0
        assert told(out, "traversal-codes")["strips"][0]["name"] == first


@pytest.mark.parametrize(
    ("name", "words", "sentence"),
    [
        ("vae", ["--traverse", "codes"], "neither codes nor classes"),
        ("vae", ["--traverse", "0;1"], "not a list of dimensions"),
        ("vae", ["--traverse", "8"], "no dimension 8; give one from 0 to 7"),
        ("vae", ["--interpolate", "1"], "are no way"),
        ("vae", ["--interpolate", "5", "--space", "w"], "has no styles"),
        ("vae", ["--filters", "--label", "1"], "knows no classes"),
        ("vae", ["--invert", "nothing.png"], "can't be read as an image"),
        ("vae", ["--scores", "{images}"], "without a critic or discriminator"),
        ("gan", ["--feature-maps"], "only convolutional networks"),
        ("gan", ["--scores", "{images}", "--state", "nothing"], "no training's state at nothing"),
        ("cgan", ["--scores", "{images}"], "give images of that shape|has no labels|images have none"),
    ],
)
def test_what_can_not_be_shown_is_a_sentence(
    checkpoints: dict[str, Path],
    tmp_path: Path,
    images: Path,
    name: str,
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = [word.format(images=images) for word in words]
    assert main(["inspect", str(checkpoints[name]), *said, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert any(part in error for part in sentence.split("|")), error
    assert not list((tmp_path / "out").glob("*.png"))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pt").write_bytes(b"nothing of the kind")
    assert main(["inspect", str(tmp_path / "a.pt"), "--out", str(tmp_path / "out")]) == 2
    assert "CheckpointFormatError" in capsys.readouterr().err
