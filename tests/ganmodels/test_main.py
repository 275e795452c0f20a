"""The command line: what it prints, writes and answers when refused."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganmodels.__main__ import main
from ganmodels.checkpoints import inspect, load
from ganmodels.registry import get_model, model_names
from ganmodels.training.data import ImageData

SMALL = ["--set", "width=4", "--set", "latent_size=8", "--set", "batch_size=16"]


@pytest.fixture
def images(tmp_path: Path, small_data: ImageData) -> Path:
    path = tmp_path / "images.npz"
    np.savez(path, small_data.images[:, 0].numpy())
    return path


def test_list_names_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(model_names())
    assert all(get_model(line.split()[0]).summary in line for line in lines)


FAULTY = """
import sys
from ganmodels import catalogue
catalogue.__path__.append(sys.argv[1])
from ganmodels.__main__ import main
statuses = [main(["info", "gan"])]
assert "ganmodels.catalogue.vae" not in sys.modules, "one model is imported to show one"
statuses += [main(["list"]), main(["info", "mine"]), main(["train", "mine", "--data", "d", "--out", "o"])]
print("statuses", statuses)
"""


@pytest.mark.slow
def test_a_faulty_file_is_a_sentence_and_the_others_are_listed(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import nowhere")
    done = subprocess.run(
        [sys.executable, "-c", FAULTY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    said = (
        "ganmodels/catalogue/mine.py can't be used: ModuleNotFoundError: No module named 'nowhere'. "
        "Mend or remove the file."
    )
    assert done.stderr.splitlines() == [said, *[f"MalformedModelError: {said}"] * 2]
    assert "statuses [0, 0, 2, 2]" in done.stdout
    assert "\nvae " in done.stdout
    assert "mine" not in done.stdout


def test_info_of_a_model_names_its_settings_and_departures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "wgan_gp"]) == 0
    text = capsys.readouterr().out
    assert "--set penalty_weight=10.0" in text
    assert "--set critic.updates=5" in text
    assert "not as in the paper" in text


def test_info_of_a_model_is_not_of_a_folder_called_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vae").mkdir()
    assert main(["info", "vae"]) == 0
    assert "--set latent_size=" in capsys.readouterr().out


def test_info_of_a_checkpoint_is_json(capsys: pytest.CaptureFixture[str], checkpoint: Path) -> None:
    assert main(["info", str(checkpoint)]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == inspect(checkpoint).sha256


def test_train_resume_and_sample(tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    words = ["train", "vae", "--data", str(images), "--out", str(out), *SMALL]
    assert main([*words, "--steps", "1"]) == 0
    assert main([*words, "--steps", "2", "--resume"]) == 0
    assert "step 2 of 2 saved" in capsys.readouterr().out
    described = inspect(out / "checkpoint.safetensors").description
    assert described.step == 2
    assert described.command.endswith(
        "--steps 2 --seed 0 --set width=4 --set latent_size=8 --set batch_size=16"
    )

    words = ["sample", str(out / "checkpoint.safetensors"), "--count", "3", "--start", "2", "--seed", "1"]
    assert main([*words, "--out", str(tmp_path / "png")]) == 0
    files = sorted((tmp_path / "png").iterdir())
    assert [file.name for file in files] == ["000002.png", "000003.png", "000004.png"]
    expected = load(out / "checkpoint.safetensors").sample(5, seed=1)[2:, 0]
    for file, image in zip(files, expected, strict=True):
        assert np.array_equal(np.asarray(Image.open(file)), image.numpy())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["info", "vea"], "did you mean 'vae'"),
        (["info", "runs/vae"], "no checkpoint at runs/vae"),
        (["info", "chekpoint.safetensors"], "no checkpoint at chekpoint.safetensors"),
        (["train", "stylegan2", "--data", "none", "--out", "o"], "is loaded and sampled, not trained"),
        (["train", "vae", "--data", "none", "--out", "o"], "no training images at none"),
        (["train", "vae", "--data", "{images}", "--out", "o", "--set", "widht=4"], "did you mean 'width'"),
        (["train", "vae", "--data", "{images}", "--out", "o", "--set", "width"], "of the form name=value"),
        (["train", "vae", "--data", "{images}", "--out", "o", "--set", "width=0"], "int from 4 to 4096"),
        (["train", "vae", "--data", "{images}", "--out", "o", "--steps", "0"], "at least 1"),
        (
            ["train", "vae", "--data", "{images}", "--out", "o", "--size", "50"],
            "28, 32, 48, 64, 96 or 128 px; --size brings",
        ),
        (["train", "vae", "--data", "{images}", "--out", "o", "--resume"], "start without --resume"),
        (["train", "vae", "--data", "{images}", "--out", "{images}"], "File exists; name another place"),
        (["sample", "{images}", "--count", "1", "--out", "o"], "zip archive"),
        (["sample", "{checkpoint}", "--count", "-1", "--out", "o"], "SampleRequestError"),
    ],
)
def test_refusals_are_one_sentence_and_status_2(
    words: list[str],
    sentence: str,
    images: Path,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([word.format(images=images, checkpoint=checkpoint) for word in words]) == 2
    told = capsys.readouterr().err.strip()
    assert sentence in told
    assert "Traceback" not in told
    assert not list(tmp_path.glob("o/*.png"))


@pytest.mark.slow
def test_sigterm_saves_before_it_ends(tmp_path: Path, images: Path) -> None:
    out = tmp_path / "out"
    words = ["train", "vae", "--data", str(images), "--out", str(out), *SMALL, "--steps", "1000000"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "ganmodels", *words], env=environment)
    deadline = time.monotonic() + 100
    while not ((out / "log.jsonl").exists() and (out / "log.jsonl").stat().st_size):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    step = inspect(out / "checkpoint.safetensors").description.step
    assert step >= 50
    assert json.loads((out / "log.jsonl").read_text().splitlines()[-1])["step"] == step


@pytest.mark.parametrize("words", [["--count", "-1"], ["--count", "2", "--batch-size", "0"]])
def test_a_refused_request_for_samples_makes_no_folder(
    tmp_path: Path, checkpoint: Path, words: list[str]
) -> None:
    assert main(["sample", str(checkpoint), "--out", str(tmp_path / "out"), *words]) == 2
    assert not (tmp_path / "out").exists()


def test_a_place_that_can_not_be_written_is_a_sentence(
    checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", str(checkpoint), "--count", "1", "--out", str(checkpoint)]) == 2
    assert capsys.readouterr().err == f"{checkpoint}: File exists; name another place or make room there\n"


@pytest.mark.parametrize("size", ["0", "-3"])
def test_a_side_that_is_none_is_refused(
    tmp_path: Path, images: Path, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "gan", "--data", str(images), "--out", str(tmp_path / "out"), "--size", size]
    assert main(words) == 2
    assert "give --size from 16" in capsys.readouterr().err
