"""The command: `python -m metrics evaluate | list | info`."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from metrics.errors import InvalidSettingError, MetricsError, ResultsWriteError
from metrics.evaluate import Progress as ProgressCallback
from metrics.evaluate import evaluate
from metrics.extractors.registry import EXTRACTORS
from metrics.registry import METRICS
from metrics.results import MetricResult
from metrics.signatures import SettingValue

USERS_MISTAKE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: words after the command's name; None takes the process's own.

    Returns:
        Exit status: 0, or 2 for a mistake of the user's.
    """
    options = _parser().parse_args(arguments)
    try:
        {"evaluate": _evaluate, "list": _list, "info": _info}[options.command](options, Console())
    except MetricsError as error:
        Console(stderr=True).print(f"[red]error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        return USERS_MISTAKE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metrics", description="Measure generated images.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("evaluate", help="measure a set of generated images")
    run.add_argument(
        "--generated", required=True, metavar="PATH", help="folder of images, or .npz with arr_0"
    )
    run.add_argument("--reference", metavar="PATH", help="real images to compare with")
    run.add_argument("--metrics", required=True, metavar="NAMES", help="names with commas between")
    run.add_argument("--extractor", metavar="NAME", help="for all metrics; default: each metric's own")
    run.add_argument("--protocol", metavar="NAME", help="preprocessing; default: the extractor's own")
    run.add_argument("--set", action="append", default=[], metavar="METRIC.SETTING=VALUE", help="a setting")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--cache", type=Path, metavar="DIR", help="keep features here")
    run.add_argument("--weights", type=Path, metavar="DIR", help="where weights files lie")
    run.add_argument("--no-download", action="store_true", help="never fetch weights")
    run.add_argument("--device", default="cpu", help="torch device, such as cuda")
    run.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    commands.add_parser("list", help="list metrics and extractors")
    info = commands.add_parser("info", help="say what a metric or an extractor is")
    info.add_argument("name")
    return parser


def _evaluate(options: argparse.Namespace, console: Console) -> None:
    if options.json:
        _check_writable(options.json)  # now, rather than after an hour of work
    with _progress_bar() as progress:
        results = evaluate(
            generated=options.generated,
            reference=options.reference,
            metrics=[name.strip() for name in options.metrics.split(",")],
            extractor=options.extractor,
            protocol=options.protocol,
            settings=_read_settings(options.set),
            seed=options.seed,
            cache=options.cache,
            weights=options.weights,
            download=not options.no_download,
            device=options.device,
            progress=progress,
        )
    console.print(_table(results))
    for origin in dict.fromkeys(_origin(result) for result in results):
        console.print(origin, highlight=False)
    for warning in dict.fromkeys(f"{result.title}: {text}" for result in results for text in result.warnings):
        console.print(f"[yellow]{warning}[/yellow]", highlight=False)
    if options.json:
        with _explained(options.json):
            options.json.write_text(json.dumps([result.as_dict() for result in results], indent=2) + "\n")


def _check_writable(path: Path) -> None:
    known = path.exists()
    with _explained(path):
        path.open("a").close()
        if not known:
            path.unlink()


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsWriteError(
            f"{path} can't be written ({error.strerror}); name a file in a folder of yours."
        ) from error


@contextlib.contextmanager
def _progress_bar() -> Iterator[ProgressCallback]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("images", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _read_settings(given: Sequence[str]) -> dict[str, dict[str, SettingValue]]:
    settings: dict[str, dict[str, SettingValue]] = {}
    for text in given:
        path, equals, value = text.partition("=")
        metric, dot, name = path.partition(".")
        if not (equals and dot and name):
            raise InvalidSettingError(
                f"{text!r} is no setting; write METRIC.SETTING=VALUE, as in kid.subsets=50."
            )
        try:
            settings.setdefault(metric, {})[name] = json.loads(value)
        except ValueError:  # no JSON, or a number of more digits than Python reads
            settings.setdefault(metric, {})[name] = value
    return settings


def _grid(*titles: str) -> Table:
    # Folded, since a name or a number cut short at the screen's edge is a wrong one.
    return Table(*(Column(title, overflow="fold", no_wrap=title == titles[0]) for title in titles))


def _table(results: Sequence[MetricResult]) -> Table:
    table = _grid("quantity", "value", "±", "better")
    for result in results:
        spread = "" if result.std is None else f"{result.std:.6g}"
        table.add_row(result.quantity, f"{result.value:.6g}", spread, result.better)
    return table


def _origin(result: MetricResult) -> str:
    compared = "" if result.n_reference is None else f" against {result.n_reference:,} real ones"
    return (
        f"{result.n_generated:,} generated images{compared}, {result.extractor}, protocol {result.protocol}"
    )


def _list(_options: argparse.Namespace, console: Console) -> None:
    metrics = _grid("metric", "title", "needs", "extractor", "paper")
    for metric in METRICS:
        needs = ", ".join(f"{need.role}: {need.kind.__name__}" for need in metric.needs)
        metrics.add_row(metric.name, metric.title, needs, metric.extractor or "any", metric.paper)
    extractors = _grid("extractor", "title", "protocols", "paper")
    for entry in EXTRACTORS:
        extractors.add_row(entry.name, entry.title, ", ".join(entry.protocols), entry.paper)
    console.print(metrics, extractors)


def _info(options: argparse.Namespace, console: Console) -> None:
    if options.name in EXTRACTORS.names():
        entry = EXTRACTORS.get(options.name)
        console.print(f"{entry.title} ({entry.paper})\n\n{entry.description}", highlight=False)
        return
    metric = METRICS.get(options.name)
    console.print(f"{metric.title} ({metric.paper})\n\n{metric.description}\n", highlight=False)
    for quantity in metric.quantities:
        console.print(
            f"{quantity.name}: {quantity.better} is better, ideal {quantity.ideal:g}", highlight=False
        )
    for setting in metric.settings.values():
        console.print(f"--set {metric.name}.{setting.name}={setting.default}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
