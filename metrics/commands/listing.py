"""`python -m metrics list`, `info` and `cache`: what there is."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console

from metrics.cache import FeatureCache, default_folder
from metrics.distributed import Workers
from metrics.extractors.registry import EXTRACTORS
from metrics.registry import METRICS
from metrics.reporting import grid


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    everything = commands.add_parser("list", help="list metrics and extractors")
    everything.set_defaults(run=list_all)
    info = commands.add_parser("info", help="say what a metric or an extractor is")
    info.add_argument("name")
    info.set_defaults(run=describe)
    cache = commands.add_parser("cache", help="see or clear the features that are kept")
    cache.add_argument("--folder", type=Path, default=default_folder(), metavar="DIR")
    cache.add_argument("--clear", action="store_true", help="remove them all")
    cache.set_defaults(run=show_cache)


def list_all(_options: argparse.Namespace, console: Console, _workers: Workers) -> None:
    """The two catalogues, and the named selections."""
    metrics = grid(
        *("metric", "title", "needs", "extractor", "paper"), folded={"title", "needs", "extractor", "paper"}
    )
    for metric in METRICS:
        needs = ", ".join(f"{need.role}: {need.kind.__name__}" for need in metric.needs)
        metrics.add_row(metric.name, metric.title, needs, metric.extractor or "any", metric.paper)
    extractors = grid("extractor", "title", "protocols", "paper", folded={"title", "protocols", "paper"})
    for entry in EXTRACTORS:
        extractors.add_row(entry.name, entry.title, ", ".join(entry.protocols), entry.paper)
    console.print(metrics, extractors)
    for name in sorted({name for metric in METRICS for name in metric.selections}):
        members = ", ".join(metric.name for metric in METRICS if name in metric.selections)
        console.print(f"--metrics {name}: {members}", highlight=False, markup=False)


def describe(options: argparse.Namespace, console: Console, _workers: Workers) -> None:
    """One entry of either."""
    if options.name in EXTRACTORS.names():
        entry = EXTRACTORS.get(options.name)
        lines = [f"{entry.title} ({entry.paper})", "", _flowing(entry.description)]
    else:
        metric = METRICS.get(options.name)
        lines = [f"{metric.title} ({metric.paper})", "", _flowing(metric.description), ""]
        lines += [f"needs {need.role}: {need.kind.__name__}" for need in metric.needs]
        lines += [f"{one.name}: {one.better} is better, ideal {one.ideal:g}" for one in metric.quantities]
        lines += [
            f"--set {metric.name}.{one.name}={one.default}" + (f" ({one.allowed})" if one.allowed else "")
            for one in metric.settings.values()
        ]
    console.print("\n".join(lines), highlight=False, markup=False)


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
