"""Every file of a catalogue has its test, and every task its browser half."""

from __future__ import annotations

from pathlib import Path

import pytest

CATALOGUES = {
    "metrics/catalogue": "tests/metrics",
    "ganmodels/catalogue": "tests/ganmodels",
    "evalsite/tasks/catalogue": "tests/evalsite/tasks",
    "evalsite/recruiters/catalogue": "tests/evalsite/recruiters",
}


def _stems(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_each_file_has_a_test_of_its_name(root: Path, catalogue: str) -> None:
    tested = {path.stem.removeprefix("test_") for path in (root / CATALOGUES[catalogue]).rglob("test_*.py")}
    assert _stems(root / catalogue)
    assert _stems(root / catalogue) <= tested


def test_each_task_has_a_browser_half_and_no_browser_half_is_left_over(root: Path) -> None:
    scripts = {path.stem for path in (root / "evalsite/static/js/tasks").glob("*.js")}
    assert scripts == _stems(root / "evalsite/tasks/catalogue")
