"""The command: what it writes and prints, and what it refuses."""

import json
from pathlib import Path

import pytest

from ganmodels.__main__ import main

WORDS = ["--data", "ring8", "--steps", "3", "--width", "8", "--depth", "2", "--set", "batch_size=8"]


def test_figures_scores_and_log_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["toy", "--model", "wgan_gp", "--out", str(tmp_path), "--seed", "5", *WORDS]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "samples.png",
        "surface.png",
        "scores.json",
        "log.jsonl",
    }
    told = json.loads((tmp_path / "scores.json").read_text())
    assert (told["model"], told["data"], told["seed"]) == ("wgan_gp", "ring8", 5)
    assert told["moments"][-1]["step"] == 3
    assert told["moments"][-1]["mode_count"] == 8
    assert "--set batch_size=8" in told["command"]
    assert "step 3: " in capsys.readouterr().out


def test_a_model_without_a_judge_has_no_surface(tmp_path: Path) -> None:
    assert main(["toy", "--model", "vae", "--out", str(tmp_path), *WORDS]) == 0
    assert not (tmp_path / "surface.png").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--model", "cgan", "--data", "ring8"], "conditioned on classes"),
        (["--model", "stylegan2", "--data", "ring8"], "loaded and sampled, not trained"),
        (["--model", "gan", "--data", "rung8"], "did you mean 'ring8'"),
        (["--model", "gan", "--data", "ring8", "--depth", "0"], "--depth"),
        (["--model", "gan", "--data", "ring8", "--set", "width=9"], "--width"),
    ],
)
def test_what_can_not_be_run_is_refused_with_a_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["toy", "--out", str(tmp_path / "out"), *words]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
