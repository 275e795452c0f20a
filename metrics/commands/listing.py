"""`python -m metrics list`, `info` and `cache`: what there is."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from metrics.cache import FeatureCache, default_folder
from metrics.distributed import Workers
from metrics.evidence.kinds import EXTRACTED, Labels, Moments
from metrics.extractors.registry import EXTRACTORS
from metrics.inputs.opened import EMBED
from metrics.registry.metric import METRICS, SENSES, Metric, Quantity
from metrics.registry.signatures import Setting, argument_texts
from metrics.results.formats import grid


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    everything = commands.add_parser("list", help="list metrics and extractors")
    everything.set_defaults(run=list_all)
    info = commands.add_parser("info", help="say what a metric or an extractor is")
    info.add_argument("name")
    info.set_defaults(run=describe)
    cache = commands.add_parser("cache", help="see or clear the features that are kept")
    cache.add_argument("--folder", type=Path, default=default_folder(), metavar="DIR", help="another cache")
    cache.add_argument("--clear", action="store_true", help="remove them all")
    cache.set_defaults(run=show_cache)


def list_all(_options: argparse.Namespace, console: Console, _workers: Workers) -> None:
    """The two catalogues and the named selections; what can't be used goes to stderr."""
    metrics = grid(
        *("metric", "title", "senses", "needs", "extractor", "paper"),
        folded={"title", "senses", "needs", "extractor", "paper"},
    )
    for metric in METRICS:
        needs = ", ".join(_needs(metric))
        senses = ", ".join(metric.senses) or "–"
        metrics.add_row(metric.name, metric.title, senses, needs, _extractor(metric), metric.paper)
    extractors = grid("extractor", "title", "protocols", "paper", folded={"title", "protocols", "paper"})
    for entry in EXTRACTORS:
        extractors.add_row(entry.name, entry.title, ", ".join(entry.protocols), entry.paper)
    console.print(metrics, extractors)
    for name in sorted({name for metric in METRICS for name in metric.selections}):
        members = ", ".join(metric.name for metric in METRICS if name in metric.selections)
        console.print(f"--metrics {name}: {members}", highlight=False, markup=False)
    for sentence in (*METRICS.faults.values(), *EXTRACTORS.faults.values()):
        print(sentence, file=sys.stderr)


def describe(options: argparse.Namespace, console: Console, _workers: Workers) -> None:
    """One entry of either."""
    if EXTRACTORS.has(options.name):
        entry = EXTRACTORS.get(options.name)
        lines = [f"{entry.title} ({entry.paper})", "", _flowing(entry.description)]
    else:
        metric = METRICS.get(options.name)
        lines = [f"{metric.title} ({metric.paper})", "", _flowing(metric.description), ""]
        lines += [f"Needs {', '.join(_needs(metric))}; extractor: {_extractor(metric)}.", ""]
        lines += [_quantity_line(one) for one in metric.quantities]
        lines += ["", *(_setting_line(metric, one) for one in metric.settings.values())]
    console.print("\n".join(lines), highlight=False, markup=False)


def _needs(metric: Metric) -> list[str]:
    """The options that say what a metric needs."""
    kinds: dict[str, set[type[Any]]] = {}
    for need in metric.needs:
        if need.role != EMBED:
            kinds.setdefault(need.role, set()).add(need.kind)
    return [f"--{role.replace('_', '-')}{_form(wanted)}" for role, wanted in kinds.items()]


def _form(kinds: set[type[Any]]) -> str:
    """What images have to come with, or what suffices instead of them."""
    if Labels in kinds:
        return " with class labels"
    return " (or statistics)" if kinds == {Moments} else ""


def _extractor(metric: Metric) -> str:
    """The extractor that a metric's name stands for, or whether it looks through one at all."""
    looks = any(need.kind in EXTRACTED or need.role == EMBED for need in metric.needs)
    return metric.extractor or ("any" if looks else "none")


def _quantity_line(quantity: Quantity) -> str:
    ideal = f", ideal {quantity.ideal:g}" if math.isfinite(quantity.ideal) else ""
    senses = ", ".join(sense for sense in SENSES if sense in quantity.senses)
    noticed = (
        f"senses {senses}" if senses else f"senses none of {', '.join(SENSES)}: judges {quantity.judges}"
    )
    return f"{quantity.name}: {quantity.better} is better{ideal}; {noticed}"


def _setting_line(metric: Metric, setting: Setting) -> str:
    allowed = f" ({setting.allowed})" if setting.allowed else ""
    meaning = argument_texts(metric.compute).get(setting.name, "")
    return f"--set {metric.name}.{setting.name}={setting.default}{allowed}: {meaning}"


def _flowing(text: str) -> str:
    """Paragraphs without the source's line ends, for a console of any width."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def show_cache(options: argparse.Namespace, console: Console, _workers: Workers) -> None:
    """What is kept, or its removal."""
    cache = FeatureCache(options.folder)
    if options.clear:
        console.print(
            f"{_megabytes(cache.clear())} freed in {options.folder}.", highlight=False, markup=False
        )
        return
    table = grid("used", "extractor", "protocol", "images", "size", folded={"extractor", "protocol"})
    for entry in reversed(cache.entries()):
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))
        parts = [str(entry.identity.get(name, "")) for name in ("extractor", "protocol", "count")]
        table.add_row(used, *parts, _megabytes(entry.size_bytes))
    console.print(table)
    total = f"{_megabytes(cache.size_bytes())} of {_megabytes(cache.limit_bytes)} in {options.folder}."
    console.print(total, highlight=False, markup=False)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.1f} MiB"
