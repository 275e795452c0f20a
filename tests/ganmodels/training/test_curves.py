"""Curves: what is drawn, by which name, from logs as they are found."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganmodels.__main__ import main
from ganmodels.errors import LogError
from ganmodels.training.curves import draw, panels, read_run


def _folder(path: Path, model: str, *names: str, lines: int = 60) -> Path:
    path.mkdir()
    values = np.linspace(2.0, 1.0, lines)
    said = [{"step": 50 * (i + 1), **dict.fromkeys(names, float(value))} for i, value in enumerate(values)]
    (path / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in said))
    if model:
        (path / "checkpoint.json").write_text(json.dumps({"model": model}))
    return path


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [
        _folder(tmp_path / "one", "wgan_gp", "critic.loss", "critic.distance", "generator.loss"),
        _folder(tmp_path / "two", "began", "discriminator.loss", "generator.loss", "memory.m_global"),
        _folder(tmp_path / "new", "", "generator.loss", lines=1),
    ]


def test_own_signals_stand_first_and_are_named_as_what_they_are(folders: list[Path]) -> None:
    found = panels([read_run(folder) for folder in folders])
    assert [panel.quantity for panel in found] == [
        "critic.distance",
        "memory.m_global",
        "critic.loss",
        "generator.loss",
        "discriminator.loss",
    ]
    assert found[0].title == "critic.distance: own stopping signal of WGAN-GP; lower is better"
    assert found[2].title == "critic.loss"


def test_runs_lie_over_one_another(folders: list[Path]) -> None:
    figure = draw([read_run(folder) for folder in folders])
    by_title = {axis.get_title(): axis for axis in figure.axes}
    labels = [text.get_text() for text in by_title["generator.loss"].get_legend().get_texts()]
    assert labels == ["one (wgan_gp)", "two (began)", "new"]
    (thin, thick) = by_title["critic.loss"].get_lines()
    assert len(thin.get_xdata()) == 60
    assert thick.get_xdata()[0] == 150
    assert thick.get_ydata()[0] == pytest.approx(np.linspace(2.0, 1.0, 60)[:3].mean())


def test_the_command_writes_a_picture(folders: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pictures" / "curves.png"
    assert main(["curves", *map(str, folders), "--out", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.width > picture.height > 800


def test_a_line_cut_off_by_a_crash_is_left_out(folders: list[Path]) -> None:
    with (folders[0] / "log.jsonl").open("a") as stream:
        stream.write('{"step": 99')
    assert len(read_run(folders[0]).lines) == 60


@pytest.mark.parametrize("content", [None, "", "no json\n", "[1]\n", '{"a.loss": 1}\n'])
def test_a_folder_without_a_log_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "log.jsonl").write_text(content)
    with pytest.raises(LogError, match="--out of a training"):
        read_run(tmp_path)


def test_a_log_without_losses_and_a_broken_description_are_no_matter_of_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 3}\n')
    (tmp_path / "checkpoint.json").write_text("[]")
    run = read_run(tmp_path)
    assert run.model == ""
    with pytest.raises(LogError, match="no loss"):
        draw([run])


def test_another_kind_of_picture_is_refused(folders: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["curves", str(folders[0]), "--out", "curves.bmp"]) == 2
    assert ".svg" in capsys.readouterr().err
