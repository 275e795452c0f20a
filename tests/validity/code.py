"""The digest of an estimator's code: what it computes, not how it is written down."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.limits import ROOT

ROOMS = ("evalsite.tasks.analysis", "evalsite.results.agreement", "evalsite.results.disattenuation",
         "metrics.catalogue", "metrics.statistics")  # fmt: skip
"""Where numbers are made; imports from elsewhere are not followed."""
SHOWN = 16


def digest(files: tuple[str, ...]) -> str:
    """Of these files and all that they import from the rooms where numbers are made.

    Comments, docstrings and layout don't change it.
    """
    found: dict[str, str] = {}
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = _meaning(file)
            waiting += _imports(file)
    text = "\n".join(f"{file} {found[file]}" for file in sorted(found))
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN]


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def _meaning(file: str) -> str:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(node, name, None), list):
                setattr(node, name, [one for one in statements if not _is_text(one)])
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@cache
def _imports(file: str) -> tuple[str, ...]:
    return tuple(path for node in ast.walk(_tree(file)) for path in _files(node))


def _files(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
    elif isinstance(node, ast.Import):
        names = [name.name for name in node.names]
    else:
        return
    for name in names:
        path = Path(*name.split(".")).with_suffix(".py")
        if name.startswith(ROOMS) and (ROOT / path).is_file():
            yield path.as_posix()


def forget() -> None:
    """Read files anew."""
    for kept in (_tree, _meaning, _imports):
        kept.cache_clear()
