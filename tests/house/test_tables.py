"""The README's tables say what the registries hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_readme_is_as_the_registries_have_it(root: Path) -> None:
    spec = importlib.util.spec_from_file_location("tables", root / "tests/house/tables.py")
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    text = (root / "README.md").read_text()
    assert len(tables.MARKED.findall(text)) == len(tables.TABLES)
    assert tables.filled(text) == text, "run `make fix`"
