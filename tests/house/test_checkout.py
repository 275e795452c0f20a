"""Pages are generated from the checkout that they are written into, whatever is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

READ = ("evalsite", "metrics", "ganmodels", "tests/house", "tests/__init__.py", "manage.py", "README.md")
BY_PATH = re.compile(r"\$\(PY\) (?!manage\.py)\S+\.py\b")
"""A Python file run by its path sees the packages that are installed, and not those beside it."""
SCRIPT = re.compile(r"\$\(VENV\)/bin/(\w[\w-]*)")
READ_NO_PACKAGE = {"python", "ruff", "bandit", "deptry", "lint-imports"}
"""They read files, or put the folder that they run in first."""
FAULT = "metrics/catalogue/mine.py can't be used: ModuleNotFoundError: No module named 'nowhere' (line 1)"


def _commands(root: Path, target: str) -> list[str]:
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (root / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    return [line.strip() for line in recipe[1].splitlines()]


def _run(words: list[str], folder: Path, first: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with another checkout on its path, where an editable install would be."""
    environment = {**os.environ, "PYTHONPATH": str(first)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def other(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second checkout, in which FID is called otherwise, and which holds a file that can't be used."""
    made = tmp_path_factory.mktemp("other").resolve()
    left_out = shutil.ignore_patterns("__pycache__", "zoo", "static", "locale", "*.npz")
    for name in READ:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_dir():
            shutil.copytree(root / name, made / name, ignore=left_out)
        else:
            shutil.copy(root / name, made / name)
    fid = made / "metrics/catalogue/fid.py"
    fid.write_text(fid.read_text().replace("Fréchet Inception Distance", "Distance of the other checkout"))
    (made / "metrics/catalogue/mine.py").write_text("import nowhere\n")
    return made


@pytest.mark.slow
def test_what_make_fix_generates_is_of_its_own_checkout(root: Path, other: Path) -> None:
    commands = [line.removeprefix("$(PY) ").split() for line in _commands(root, "fix") if "$(PY)" in line]
    assert len(commands) == 2
    tables, catalogue = (_run(words, other, first=root) for words in commands)
    assert tables.returncode == 0, tables.stderr
    assert "| Distance of the other checkout |" in (other / "README.md").read_text()
    assert catalogue.returncode == 1
    assert FAULT in catalogue.stderr
    metrics = json.loads((other / "evalsite/runs/catalogue.json").read_text())["metrics"]
    assert metrics["fid"]["title"] == "Distance of the other checkout"
    assert "mine" not in metrics


@pytest.mark.slow
@pytest.mark.parametrize("words", [["tests/house/tables.py"], ["tests/house/models.py"]])
def test_a_generator_refuses_to_write_of_another_checkout(root: Path, other: Path, words: list[str]) -> None:
    before = (other / "README.md").read_text()
    done = _run(words, other, first=root)
    assert done.returncode == 1
    assert f"The pages of {other} would be made of evalsite in {root / 'evalsite'}" in done.stderr
    assert (other / "README.md").read_text() == before


def test_the_makefile_runs_no_file_by_its_path_but_the_one_at_the_root(root: Path) -> None:
    recipes = [line for line in (root / "Makefile").read_text().splitlines() if line.startswith("\t")]
    assert [line for line in recipes if BY_PATH.search(line)] == []
    assert {name for line in recipes for name in SCRIPT.findall(line)} <= READ_NO_PACKAGE
