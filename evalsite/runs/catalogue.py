"""What can be measured, and which models there are, as ``catalogue.json`` says it.

Forms and services need names, titles and roles, but importing the libraries loads torch, and no web process
may. ``manage.py refresh_catalogue`` writes the file from the libraries (docs/decisions/0014).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("catalogue.json")

SITE_ROLES = ("generated", "reference", "embed")
SITE_LACKS = ("Labels",)
"""Roles for which the site has something to give, and a kind of evidence that its sample sets don't hold."""


@dataclass(frozen=True)
class QuantityEntry:
    """A number that a metric reports.

    Attributes:
        name: what it is called when it comes from the metric's own extractor.
        better: which direction is better, "higher" or "lower".
        title: its name in prose.
        senses: what worsens it: fidelity, diversity, novelty, smoothness.
        judges: what it judges instead, where it senses none of them.
    """

    name: str
    better: str
    title: str
    senses: tuple[str, ...]
    judges: str


@dataclass(frozen=True)
class NeedEntry:
    """Evidence that a metric is computed from: of which set or network, and of which kind."""

    role: str
    kind: str


@dataclass(frozen=True)
class MetricEntry:
    """A metric.

    Attributes:
        name: the file's stem.
        title: its name in prose.
        summary: first paragraph of the file's docstring.
        paper: reference.
        extractor: the extractor that its name stands for; empty if any will do.
        needs: what it is computed from.
        quantities: what it reports when it uses its own extractor.
    """

    name: str
    title: str
    summary: str
    paper: str
    extractor: str
    needs: tuple[NeedEntry, ...]
    quantities: tuple[QuantityEntry, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Whose evidence it is computed from, such as "generated"."""
        return tuple(dict.fromkeys(need.role for need in self.needs))

    @property
    def comparing(self) -> bool:
        """Whether it looks at real images."""
        return "reference" in self.roles

    @property
    def measurable(self) -> bool:
        """Whether sample sets are all that it needs: no labels, no networks, no held-out images."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """What it needs and a run can't give: roles such as "held_out", kinds such as "labels"."""
        roles = [need.role for need in self.needs if need.role not in SITE_ROLES]
        kinds = [need.kind.lower() for need in self.needs if need.kind in SITE_LACKS]
        return tuple(dict.fromkeys([*roles, *kinds]))


@dataclass(frozen=True)
class ExtractorEntry:
    """A feature extractor; fields as in `MetricEntry`."""

    name: str
    title: str
    summary: str
    paper: str
    protocols: tuple[str, ...]


@cache
def metrics() -> Mapping[str, MetricEntry]:
    """All metrics by name."""
    return {name: _metric(name, entry) for name, entry in _read()["metrics"].items()}


@cache
def measurable() -> Mapping[str, MetricEntry]:
    """The metrics that sample sets are enough for, by name."""
    return {name: found for name, found in metrics().items() if found.measurable}


@cache
def extractors() -> Mapping[str, ExtractorEntry]:
    """All feature extractors by name."""
    found = _read()["extractors"]
    return {
        name: ExtractorEntry(name=name, **{**entry, "protocols": tuple(entry["protocols"])})
        for name, entry in found.items()
    }


@cache
def models() -> Mapping[str, str]:
    """The first sentence of each model of ganmodels' catalogue, by name."""
    found: dict[str, str] = _read()["models"]
    return found


def library_folder(library: str) -> Path:
    """Where one of the two libraries lies; it is found, not imported."""
    spec = find_spec(library)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def file_text(described: Mapping[str, Any]) -> str:
    """What the file says: the same text for the same catalogues.

    Args:
        described: "metrics", "extractors" and "models", each by name, as the doors describe them.
    """
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(text: str) -> None:
    """Write the file, whole or not at all."""
    partial = FILE.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(FILE)


@cache
def _read() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def _metric(name: str, entry: Mapping[str, Any]) -> MetricEntry:
    needs = tuple(NeedEntry(**need) for need in entry["needs"])
    quantities = tuple(
        QuantityEntry(**{**quantity, "senses": tuple(quantity["senses"])}) for quantity in entry["quantities"]
    )
    return MetricEntry(name=name, **{**entry, "needs": needs, "quantities": quantities})
