from __future__ import annotations

import json

import pytest
from PIL import Image

from metrics.__main__ import main


@pytest.fixture
def folders(tmp_path, pictures):
    """Folders `generated` and `reference` of 12 PNG files each."""
    for seed, name in enumerate(("generated", "reference")):
        (tmp_path / name).mkdir()
        for index, picture in enumerate(pictures(seed, 12)):
            Image.fromarray(picture).save(tmp_path / name / f"{index}.png")
    return tmp_path


def _evaluate(folders, *more: str) -> int:
    paths = ("--generated", str(folders / "generated"), "--reference", str(folders / "reference"))
    return main(["evaluate", *paths, "--extractor", "efficientnet_lite0", "--no-download", *more])


def test_evaluate_prints_and_writes(folders, capsys):
    status = _evaluate(
        folders,
        "--metrics",
        "kid, inception_score",
        "--set",
        "kid.subsets=3",
        "--json",
        str(folders / "out.json"),
    )
    written = json.loads((folders / "out.json").read_text())
    assert status == 0
    assert [item["metric"] for item in written] == ["kid", "inception_score"]
    assert written[0]["settings"]["subsets"] == 3
    assert "Subsets hold 12 images" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--metrics", "fdi"), "did you mean 'fid'"),
        (("--metrics", "kid", "--set", "subsets=3"), "METRIC.SETTING=VALUE"),
        (("--metrics", "kid", "--set", "kid.subsets=many"), "of type int"),
        (("--metrics", "fid", "--protocol", "tf1"), "known: efficientnet_lite"),
    ],
)
def test_a_users_mistake_is_a_sentence_and_status_2(folders, capsys, words, message):
    assert _evaluate(folders, *words) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error


def test_a_bad_file_is_named(folders, capsys):
    (folders / "generated" / "3.png").write_text("no image")
    assert _evaluate(folders, "--metrics", "fid") == 2
    assert "3.png can't be read as an image" in " ".join(capsys.readouterr().err.split())


def test_list_and_info_know_everything(capsys):
    assert main(["list"]) == 0
    assert main(["info", "fid"]) == 0
    assert main(["info", "inception_v3"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("kid", "inception_score", "lower is better", "1512.00567"))
    assert main(["info", "fidd"]) == 2
