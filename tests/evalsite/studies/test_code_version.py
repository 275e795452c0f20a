from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import evalsite
from evalsite.studies.code_version import _commit, code_version


def test_the_code_version_begins_with_the_packages_and_stays() -> None:
    assert re.fullmatch(re.escape(evalsite.__version__) + r"(\+[0-9a-f]{12}(-dirty)?)?", code_version())
    assert code_version() is code_version()


def git(folder: Path, *command: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-m", "one")
    return tmp_path


def test_a_checkout_names_its_commit_and_says_if_files_differ(checkout: Path) -> None:
    clean = _commit(checkout)
    assert re.fullmatch("[0-9a-f]{12}", clean)
    git(checkout, "tag", "v1")
    assert _commit(checkout) == clean
    (checkout / "file").write_text("two")
    assert _commit(checkout) == f"{clean}-dirty"


def test_a_folder_inside_anothers_checkout_names_no_commit(checkout: Path) -> None:
    (checkout / "site-packages").mkdir()
    assert _commit(checkout / "site-packages") == ""
