from __future__ import annotations

import json
import subprocess
import sys

import pytest
from PIL import Image

from metrics.__main__ import main


@pytest.fixture
def folders(tmp_path, pictures, monkeypatch):
    """Folders `generated` and `reference` of 12 PNG files each."""
    monkeypatch.setenv("METRICS_CACHE", str(tmp_path / "cache"))
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
    written = json.loads((folders / "out.json").read_text())["results"]
    assert status == 0
    assert [item["quantity"] for item in written] == [
        "kernel_distance_efficientnet_lite0",
        "kernel_distance_full_efficientnet_lite0",
        "class_score_efficientnet_lite0",
    ]
    assert written[0]["settings"]["subsets"] == 3
    assert "Subsets hold 12 images" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--metrics", "fdi"), "did you mean 'fid'"),
        (("--metrics", "kid", "--set", "subsets=3"), "METRIC.SETTING=VALUE"),
        (("--metrics", "kid", "--set", "kid.subsets=many"), "of type int"),
        (("--metrics", "fid", "--protocol", "tf1"), "known: efficientnet_lite"),
        (("--metrics", "kid", "--set", "kid.subsets=0"), "a whole number from 1"),
        (("--metrics", "kid", "--set", f"kid.subsets={'9' * 30}"), "use 1 to 100,000"),
        (("--metrics", "kid", "--set", f"kid.subsets={'9' * 5000}"), "of type int"),
        (("--metrics", "kid", "--set", "kid.degree=0"), "a whole number from 1"),
        (("--metrics", "kid", "--seed", "-1"), "The seed is -1; give a whole number from 0"),
        (("--metrics", "fid", "--seed", "-1"), "The seed is -1; give a whole number from 0"),
        (("--metrics", "kid", "--allow-unreadable", "-1"), "allow 0 or more"),
        (("--metrics", "kid", "--device", "gpu"), "no device 'gpu'"),
        (("--metrics", "kid", "--device", "cuda:99"), "no device 'cuda:99'"),
        (("--metrics", "kid", "--json", "no/such/folder/out.json"), "no/such/folder"),
        (("--metrics", "kid", "--json", "."), "can't be written"),
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


def test_what_can_be_refused_is_refused_before_any_image_is_looked_at(folders, capsys):
    (folders / "generated" / "3.png").write_text("no image")
    assert _evaluate(folders, "--metrics", "kid", "--json", str(folders)) == 2
    assert "can't be written" in " ".join(capsys.readouterr().err.split())
    assert _evaluate(folders, "--metrics", "kid", "--json", str(folders / "out.json")) == 2
    assert not (folders / "out.json").exists()


def test_list_and_info_know_everything(capsys):
    assert main(["list"]) == 0
    assert main(["info", "fid"]) == 0
    assert main(["info", "linear_probe"]) == 0
    assert main(["info", "inception_v3"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("kid", "inception_score", "lower is better", "1512.00567"))
    assert "--metrics paper: density_coverage, fid, " in out
    assert "fid: lower is better, ideal 0; senses fidelity, diversity\n" in out
    assert "smoothness: judges the features of a discriminator\n" in out
    assert main(["info", "fidd"]) == 2


FAULTY = """
import sys
from metrics import catalogue
from metrics.extractors import catalogue as extractors
for found in (catalogue, extractors):
    found.__path__.append(sys.argv[1])
from metrics.__main__ import main
print("statuses", [main(words) for words in (["list"], ["info", "kid"], ["info", "mine"])])
"""


def test_a_faulty_file_is_a_sentence_and_the_others_are_listed(tmp_path):
    (tmp_path / "mine.py").write_text("def f(:")
    done = subprocess.run(
        [sys.executable, "-c", FAULTY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    said = "mine.py can't be used: SyntaxError: invalid syntax (mine.py, line 1). Mend or remove the file."
    assert done.stderr.splitlines() == [
        f"metrics/catalogue/{said}",
        f"metrics/extractors/catalogue/{said}",
        f"error: metrics/extractors/catalogue/{said}",
    ]
    assert "statuses [0, 0, 2]" in done.stdout
    assert "inception_v3" in done.stdout
    assert "mine" not in done.stdout


def test_what_is_to_be_known_of_several_numbers_is_said_once(folders, capsys):
    assert _evaluate(folders, "--metrics", "psnr,sharpness_difference") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("Each generated image is compared with the real image that is nearest") == 1
    assert "Peak signal-to-noise ratio, Sharpness difference: Each generated" in out


def test_list_and_info_speak_of_options(capsys):
    assert main(["info", "classwise_fid"]) == 0
    assert "Needs --reference with class labels, --generated with class labels" in capsys.readouterr().out
    assert main(["info", "perceptual_path_length"]) == 0
    out = capsys.readouterr().out
    assert "Needs --generator; extractor: lpips_alex." in out
    assert "--set perceptual_path_length.pairs=1000 (from 1): number of paths, with one step on each." in out
    assert "inf" not in out
    assert main(["info", "fid"]) == 0
    assert "--reference (or statistics)" in capsys.readouterr().out


def test_what_was_kept_in_files_is_used_instead_of_images(folders, capsys):
    network = ("--extractor", "efficientnet_lite0", "--no-download")
    features, statistics = str(folders / "g.safetensors"), str(folders / "r.npz")
    assert main(["features", str(folders / "generated"), "--out", features, *network]) == 0
    assert main(["reference", str(folders / "reference"), "--save", statistics, *network]) == 0
    table = str(folders / "out.csv")
    kept = ("--generated", features, "--reference", statistics)
    assert main(["evaluate", *kept, "--metrics", "fid", "--csv", table]) == 0
    assert _evaluate(folders, "--metrics", "fid", "--json", str(folders / "direct.json")) == 0
    direct = json.loads((folders / "direct.json").read_text())["results"][0]
    line = (folders / "out.csv").read_text().splitlines()[1].split(",")
    assert line[1] == direct["quantity"] == "frechet_distance_efficientnet_lite0"
    assert float(line[3]) == pytest.approx(direct["value"], rel=1e-9)
    assert main(["cache"]) == 0
    assert main(["cache", "--clear"]) == 0
    assert "efficientnet_lite" in capsys.readouterr().out
    assert not list((folders / "cache").rglob("*.safetensors"))
