"""`python -m metrics evaluate`: measure a set of generated images."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from metrics.commands.common import (
    IMAGES,
    add_input_options,
    add_network_options,
    extractor_named,
    images_named,
    made,
    progress_bar,
)
from metrics.distributed import Workers
from metrics.errors import InvalidSettingError
from metrics.evaluate import evaluate
from metrics.registry.signatures import SettingValue
from metrics.results.files import check_writable, write_results
from metrics.results.formats import as_csv, as_json, as_table, remarks
from metrics.results.pair_pictures import TABLE, export_pairs, prepare_folder


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("evaluate", help="measure a set of generated images")
    parser.add_argument("--generated", metavar="PATH", help=f"{IMAGES}, or a file of 'features'")
    parser.add_argument("--reference", metavar="PATH", help="real images, likewise; or .npz of statistics")
    parser.add_argument("--held-out", metavar="PATH", help="real images that were not trained on, likewise")
    parser.add_argument("--generator", metavar="MODULE:FACTORY", help="for metrics that make images")
    parser.add_argument("--discriminator", metavar="MODULE:FACTORY", help="for metrics that ask one")
    parser.add_argument("--contest", metavar="MODULE:FACTORY", help="for metrics on several networks")
    parser.add_argument(
        "--metrics",
        required=True,
        metavar="NAMES",
        help="names with commas between; 'all'; 'paper', see list",
    )
    parser.add_argument("--layer", metavar="NAME", help="an earlier layer of the extractor, such as 768")
    parser.add_argument(
        "--set", action="append", default=[], metavar="METRIC.SETTING=VALUE", help="a setting"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them here as a table")
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="DIR",
        help="write the pairs of images that metrics found, to judge",
    )
    add_network_options(parser)
    add_input_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console, workers: Workers) -> None:
    """Measure, print, write."""
    files = {path: write for path, write in ((options.json, as_json), (options.csv, as_csv)) if path}
    if workers.leads:
        _prepare(files, options.pairs)
    with progress_bar(workers) as progress:
        found = evaluate(
            metrics=[name.strip() for name in options.metrics.split(",")],
            generated=images_named(options.generated),
            reference=images_named(options.reference),
            held_out=images_named(options.held_out),
            generator=made(options.generator),
            discriminator=made(options.discriminator),
            contest=made(options.contest),
            extractor=extractor_named(options.extractor, options),
            protocol=options.protocol,
            layer=options.layer,
            settings=_read_settings(options.set),
            seed=options.seed,
            samples=options.samples,
            allow_unreadable=options.allow_unreadable,
            data_root=options.data_root,
            cache=options.cache,
            weights=options.weights,
            download=not options.no_download,
            device=workers.device(options.device),
            backend=options.backend,
            precision=options.precision,
            workers=workers,
            progress=progress,
        )
    if not workers.leads:
        return
    console.print(as_table(found))
    for text, style in remarks(found):
        console.print(text, style=style, highlight=False, markup=False)
    for path, write in files.items():
        write_results(path, write(found).encode())
    if options.pairs:
        written = export_pairs(found, options.pairs)
        what = f"{written} pairs of images" if written else "None of these metrics gives pairs of images"
        console.print(f"{what}: {options.pairs / TABLE}", highlight=False, markup=False)


def _prepare(files: Iterable[Path], pairs: Path | None) -> None:
    """Refuse what can't be written now, rather than after an hour of work."""
    for path in files:
        check_writable(path)
    if pairs:
        prepare_folder(pairs)


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
