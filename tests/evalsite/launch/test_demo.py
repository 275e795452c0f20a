"""The demo, whole, as a new user calls it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from model_bakery import baker
from PIL import Image

from evalsite.launch import demo
from evalsite.launch.presentation import present
from evalsite.samples.models import SampleSet
from evalsite.samples.selectors import image_paths
from evalsite.trials.models import Session
from tests.support.environment import own_site

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"


def _demo(data: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(MANAGE), "demo", "--no-serve"],
        env=own_site(data),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _counts(data: Path) -> dict[str, int]:
    tables = (
        "samples_sampleset",
        "samples_sampleimage",
        "studies_study",
        "studies_studyversion",
        "trials_response",
        "runs_metricrun",
        "jobs_job",
        "auth_user",
    )
    with closing(sqlite3.connect(data / "evalsite.sqlite3")) as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.mark.slow
def test_everything_from_nothing_and_nothing_twice(tmp_path: Path) -> None:
    first = _demo(tmp_path)
    for address in ("/r/fashion-flash/", "/r/fashion-pairs/", "/admin/", "/results/"):
        assert f"http://127.0.0.1:8000{address}" in first
    counts = _counts(tmp_path)
    assert counts["samples_sampleset"] == 1 + 10
    assert counts["samples_sampleimage"] == 10_000 + 10 * 512
    assert counts["studies_study"] == counts["studies_studyversion"] == 2
    assert counts["runs_metricrun"] == 2 * 10
    assert counts["trials_response"] > 24 * (60 + 45)
    second = _demo(tmp_path)
    assert _counts(tmp_path) == counts
    assert first.splitlines()[-9:] == second.splitlines()[-9:], "same addresses, same password"

    assert (tmp_path / "demo_admin_password").stat().st_mode & 0o077 == 0


def test_a_second_call_waits_for_the_first(tmp_path: Path) -> None:
    done: list[str] = []
    waits = threading.Event()

    def second() -> None:
        with demo.alone(tmp_path, lambda _: waits.set()):
            done.append("second")

    other = threading.Thread(target=second)
    with demo.alone(tmp_path, done.append):
        other.start()
        assert waits.wait(10)
        done.append("first")
    other.join()
    assert done == ["first", "second"]


@pytest.fixture
def small_files(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with 12 real images and 12 of one model."""
    with np.load(demo.REFERENCE_FILE) as given:
        np.savez(tmp_path / "real.npz", arr_0=given["arr_0"][:12], arr_1=given["arr_1"][:12])
    monkeypatch.setattr(demo, "REFERENCE_FILE", tmp_path / "real.npz")
    monkeypatch.setattr(demo, "SAMPLE_COUNT", 12)


def test_the_sets_hold_images_that_are_presented_alike(small_files: None) -> None:
    with np.load(demo.REFERENCE_FILE) as given:
        photographs = present(given["arr_0"])
    for words, step in demo.steps():
        if words.startswith("Importing") or words.endswith("from gan"):
            step()
    real = SampleSet.objects.get(name=demo.REFERENCE)
    generated = SampleSet.objects.get(name="gan on Fashion-MNIST")
    assert (real.kind, generated.kind, generated.seed) == ("reference", "generated", 0)
    assert generated.checkpoint is not None
    stored = [np.asarray(Image.open(path).convert("L")) for path in image_paths(real)]
    np.testing.assert_array_equal(stored, photographs[..., 0])
    drawn = [np.asarray(Image.open(path).convert("L"))[..., None] for path in image_paths(generated)]
    assert len(drawn) == 12
    assert {0, 255} < set(np.unique(drawn)) <= set(np.unique(photographs))
    assert not any(image[[0, 1, -1, -2]].any() or image[:, [0, 1, -1, -2]].any() for image in drawn)


def test_simulated_raters_of_a_killed_call_are_all_made_anew(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = baker.make("studies.Study", slug="fashion-flash")
    version = baker.make("studies.StudyVersion", study=study, number=1, opened_at=timezone.now())
    asked: list[int] = []

    def simulate(_command: str, _slug: str, *, count: int, **_: object) -> None:
        baker.make(Session, study=study, version=version, participant__study=study, kind="simulated")
        asked.append(count)
        if len(asked) == 1:
            raise SystemExit

    monkeypatch.setattr(demo, "call_command", simulate)
    step = next(step for words, step in demo.steps() if words.startswith("Letting"))
    with pytest.raises(SystemExit):
        step()
    assert not Session.objects.exists(), "a rater of the first call"
    step()
    step()
    assert asked == [24, 24]
