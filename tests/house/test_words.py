"""Names are the glossary's: a synonym in an identifier is a second word for one thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SYNONYMS = {
    "subject": "participant",
    "observer": "participant",
    "experiment": "study",
    "questionnaire": "study",
    "distractor": "foil",
    "fake": "generated",
    "synthetic": "generated",
    "embedding": "features",
    "hyperparams": "recipe",
    "reaction": "rt_ms",
}
PACKAGES = ("evalsite", "metrics", "ganmodels")


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("package", PACKAGES)
def test_identifiers_use_the_glossary(root: Path, package: str) -> None:
    wrong = [
        f"{path.relative_to(root)}: {name} (say {SYNONYMS[word]})"
        for path in (root / package).rglob("*.py")
        if "migrations" not in path.parts
        for name in _names(ast.parse(path.read_text()))
        for word in re.split(r"_|(?<=[a-z])(?=[A-Z])", name.lower() if name.islower() else name)
        if word.lower() in SYNONYMS
    ]
    assert wrong == []
