"""The digest of what a simulated study computes: its estimators, and the study itself.

Comments, docstrings and layout don't change it, nor does the version of Python.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.house.limits import ROOT

ROOMS = ("evalsite.tasks.analysis", "evalsite.results.agreement", "evalsite.results.disattenuation",
         "metrics.catalogue", "metrics.statistics")  # fmt: skip
"""Where numbers are made; imports from elsewhere are not followed."""
SHOWN = 16
PLAIN = (int, float, str, bool, type(None))


def digest(files: Iterable[str], study: Callable[..., Any] | None = None) -> str:
    """Of these files and all that they import from the rooms where numbers are made, and of a study.

    Args:
        files: Paths from the root.
        study: The function that simulates, made by a factory of its module; with what it calls there, what it
            imports from other tests, and the numbers that it was made with.
    """
    found: dict[str, str] = {}
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = _plain(_source(file))
            waiting += _imports(file)
    if study is not None:
        found.update(_study(study))
    text = "\n".join(f"{name} {found[name]}" for name in sorted(found))
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN]


def forget() -> None:
    """Read files again."""
    for kept in (_source, _imports, _definitions):
        kept.cache_clear()


@cache
def _source(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def _plain(source: str) -> str:
    """The source without comments, docstrings and white space."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    gone = [
        (starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1])
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            assert node.end_lineno is not None
            gone.append(
                (starts[node.lineno - 1], starts[node.end_lineno - 1] + len(lines[node.end_lineno - 1]))
            )
    kept, at = [], 0
    for start, end in sorted(gone):
        kept.append(source[at:start])
        at = max(at, end)
    return "".join("".join([*kept, source[at:]]).split())


@cache
def _imports(file: str) -> tuple[str, ...]:
    return tuple(path for path, _ in _imported(file, ROOMS))


def _imported(file: str, rooms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Files that a file imports from these rooms, and the name under which it has each or a part of it."""
    for node in ast.walk(ast.parse(_source(file))):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for alias in node.names:
            for module in (f"{node.module}.{alias.name}", node.module):
                path = Path(*module.split(".")).with_suffix(".py")
                if module.startswith(rooms) and (ROOT / path).is_file():
                    yield path.as_posix(), alias.asname or alias.name


@cache
def _definitions(file: str) -> dict[str, ast.stmt]:
    """Functions, classes and constants of a module by name."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(_source(file)).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({target.id: node for target in targets if isinstance(target, ast.Name)})
    return found


def _study(study: Callable[..., Any]) -> dict[str, str]:
    """The factory of a study, what it calls in its module, helpers of other tests, and its numbers."""
    file = Path(study.__code__.co_filename).resolve().relative_to(ROOT).as_posix()
    definitions = _definitions(file)
    helpers = {name: path for path, name in _imported(file, ("tests.",))}
    found: dict[str, str] = {}
    waiting = [study.__qualname__.partition(".")[0]]
    while waiting:
        name = waiting.pop()
        key = f"{file}::{name}"
        if key in found or name not in definitions:
            continue
        node = definitions[name]
        found[key] = _plain(ast.get_source_segment(_source(file), node) or "")
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        waiting += names
        found.update({helpers[used]: _plain(_source(helpers[used])) for used in names & helpers.keys()})
    cells = zip(study.__code__.co_freevars, study.__closure__ or (), strict=True)
    for name, cell in cells:
        if _is_plain(cell.cell_contents):
            found[f"{file}::{study.__qualname__} {name}"] = repr(cell.cell_contents)
    return found


def _is_plain(value: Any) -> bool:
    return isinstance(value, PLAIN) or (isinstance(value, (list, tuple)) and all(map(_is_plain, value)))
