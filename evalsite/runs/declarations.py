"""What can be measured, and which models there are, read from the source without importing it.

Forms and services need names, titles and roles, but importing the libraries loads torch, and no web process
may.
The catalogue files declare all of it as literals, which Python's own parser reads (docs/decisions/0004).
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from evalsite.runs.errors import InvalidDeclarationError

Declaration = TypeVar("Declaration")

logger = logging.getLogger(__name__)

SITE_ROLES = ("generated", "reference", "embed")
SITE_LACKS = ("Labels",)
"""Roles for which the site has something to give, and a kind of evidence that its sample sets don't hold."""


@dataclass(frozen=True)
class QuantityDeclaration:
    """A number that a metric reports."""

    name: str
    better: str
    title: str


@dataclass(frozen=True)
class MetricDeclaration:
    """A metric as its file declares it.

    Attributes:
        name: the file's stem.
        title: its name in prose.
        summary: first paragraph of the file's docstring.
        paper: reference.
        extractor: the extractor that its name stands for; empty if any will do.
        needs: what it is computed from, as pairs of a role and a kind of evidence.
        quantities: what it reports when it uses its own extractor.
    """

    name: str
    title: str
    summary: str
    paper: str
    extractor: str
    needs: tuple[tuple[str, str], ...]
    quantities: tuple[QuantityDeclaration, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Whose evidence it is computed from, such as "generated"."""
        return tuple(dict.fromkeys(role for role, _ in self.needs))

    @property
    def comparing(self) -> bool:
        """Whether it looks at real images."""
        return "reference" in self.roles

    @property
    def measurable(self) -> bool:
        """Whether sample sets are all that it needs: no labels, no networks, no held-out images."""
        return all(role in SITE_ROLES and kind not in SITE_LACKS for role, kind in self.needs)


@dataclass(frozen=True)
class ExtractorDeclaration:
    """A feature extractor as its file declares it; fields as in `MetricDeclaration`."""

    name: str
    title: str
    summary: str
    paper: str
    protocols: tuple[str, ...]


@cache
def metrics() -> Mapping[str, MetricDeclaration]:
    """All metrics by name."""
    return read_metrics(_root("metrics") / "catalogue")


@cache
def measurable() -> Mapping[str, MetricDeclaration]:
    """The metrics that sample sets are enough for, by name."""
    return {name: found for name, found in metrics().items() if found.measurable}


@cache
def extractors() -> Mapping[str, ExtractorDeclaration]:
    """All feature extractors by name."""
    folder = _root("metrics") / "extractors" / "catalogue"
    return {found.name: found for found in _read_folder(folder, "register_extractor", _read_extractor)}


@cache
def models() -> Mapping[str, str]:
    """The first sentence of each model of ganmodels' catalogue, by name."""
    return read_models(_root("ganmodels") / "catalogue")


def read_metric(path: Path) -> MetricDeclaration:
    """Read one metric's file.

    Raises:
        InvalidDeclarationError: a part is missing or no literal.
    """
    return _read_file(path, "register", _read_metric)


def read_metrics(folder: Path) -> dict[str, MetricDeclaration]:
    """Read the metrics of a folder; one that can't be read is left out, and the log says why."""
    return {found.name: found for found in _read_folder(folder, "register", _read_metric)}


def read_models(folder: Path) -> dict[str, str]:
    """Read what the models of a folder are; one that can't be read is left out, and the log says why."""
    found = {}
    for path in sorted(folder.glob("[!_]*.py")):
        try:
            found[path.stem] = _summary(ast.parse(path.read_text(encoding="utf-8")))
        except (ValueError, SyntaxError) as error:
            logger.error("%s can't be read (%s). It is left out until then.", path.name, error)
    return found


def _read_folder(
    folder: Path, decorator: str, read: Callable[[ast.Module, ast.FunctionDef, dict[str, Any]], Declaration]
) -> Iterator[Declaration]:
    for path in sorted(folder.glob("[!_]*.py")):
        try:
            yield _read_file(path, decorator, read)
        except InvalidDeclarationError as error:  # what somebody is writing takes nothing else off the pages
            logger.error("%s It is left out until then.", error)


def _root(name: str) -> Path:
    package = find_spec(name)  # a top-level package is found, not imported
    assert package is not None
    assert package.submodule_search_locations is not None
    return Path(package.submodule_search_locations[0])


def _read_file(
    path: Path, decorator: str, read: Callable[[ast.Module, ast.FunctionDef, dict[str, Any]], Declaration]
) -> Declaration:
    try:
        module = ast.parse(path.read_text(encoding="utf-8"))
        function, call = _decorated(module, decorator)
        return read(module, function, _keywords(call))
    except (LookupError, ValueError, SyntaxError) as error:
        raise InvalidDeclarationError(
            f"{path.name} has no declaration @{decorator}(…) that can be read without an import ({error}); "
            "write its parts as literals."
        ) from error


def _decorated(module: ast.Module, decorator: str) -> tuple[ast.FunctionDef, ast.Call]:
    for function in module.body:
        if isinstance(function, ast.FunctionDef):
            for call in function.decorator_list:
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id == decorator
                ):
                    return function, call
    raise LookupError("no function is so decorated")


def _keywords(call: ast.Call) -> dict[str, Any]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _read_metric(module: ast.Module, function: ast.FunctionDef, parts: dict[str, Any]) -> MetricDeclaration:
    title = ast.literal_eval(parts["title"])
    return MetricDeclaration(
        name=ast.literal_eval(parts["name"]),
        title=title,
        summary=_summary(module),
        paper=ast.literal_eval(parts["paper"]),
        extractor=ast.literal_eval(parts["extractor"]) or "" if "extractor" in parts else "",
        needs=tuple(_read_need(argument) for argument in function.args.args),
        quantities=tuple(_read_quantity(call, title) for call in parts["quantities"].elts),
    )


def _read_need(argument: ast.arg) -> tuple[str, str]:
    """Role and kind; a name may end in its kind, as in `generated_labels: Labels`."""
    kind = ast.unparse(argument.annotation) if argument.annotation else ""
    return argument.arg.removesuffix("_" + kind.lower()), kind


def _read_quantity(call: ast.Call, metric_title: str) -> QuantityDeclaration:
    parts = _keywords(call)
    return QuantityDeclaration(
        name=ast.literal_eval(parts["name"] if "name" in parts else call.args[0]),
        better=ast.literal_eval(parts["better"]),
        title=ast.literal_eval(parts["title"]) if "title" in parts else metric_title,
    )


def _read_extractor(
    module: ast.Module, _function: ast.FunctionDef, parts: dict[str, Any]
) -> ExtractorDeclaration:
    return ExtractorDeclaration(
        name=ast.literal_eval(parts["name"]),
        title=ast.literal_eval(parts["title"]),
        summary=_summary(module),
        paper=ast.literal_eval(parts["paper"]),
        protocols=ast.literal_eval(parts["protocols"]),
    )


def _summary(module: ast.Module) -> str:
    paragraph = (ast.get_docstring(module) or "").partition("\n\n")[0]
    return " ".join(paragraph.split())
