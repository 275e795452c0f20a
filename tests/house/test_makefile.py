"""What `make test` names holds every test that it is to run."""

from __future__ import annotations

import re
from pathlib import Path


def test_pages_are_looked_at_wherever_their_tests_are(root: Path) -> None:
    named = re.search(r"^PAGES := (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert named
    folders = [root / folder for folder in named[1].split()]
    said = {path: path.read_text() for path in (root / "tests").rglob("test_*.py")}
    marked = [path for path, text in said.items() if re.search(r"pytest\.mark\.browser\b", text)]
    elsewhere = [path for path in marked if not any(path.is_relative_to(folder) for folder in folders)]
    assert len(marked) > len(elsewhere)
    assert [path for path in elsewhere if "pytest.mark.slow" not in said[path]] == []
