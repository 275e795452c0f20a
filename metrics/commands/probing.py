"""`python -m metrics sensitivity`: what each metric notices when good images are spoiled."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from metrics.commands.common import FILES
from metrics.distributed import Workers
from metrics.errors import InvalidSettingError


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("sensitivity", help="show what each metric notices when images are spoiled")
    parser.add_argument("path", help=FILES)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="tables, plots, features")
    parser.add_argument("--other", metavar="PATH", help="another set of that size, for contamination")
    parser.add_argument("--metrics", default="all", metavar="NAMES", help="names with commas between (all)")
    parser.add_argument(
        "--extractor",
        default="efficientnet_lite0",
        metavar="NAME",
        help="efficientnet_lite0, or another of 'list'",
    )
    parser.add_argument(
        "--strengths",
        default="0.25,0.5,0.75,1",
        metavar="NUMBERS",
        help="of each distortion, up to 1 (0.25,0.5,0.75,1)",
    )
    parser.add_argument("--images", type=int, default=600, metavar="N", help="most images used (600)")
    parser.add_argument("--seed", type=int, default=0, help="of spoiling, subsets and groups (0)")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="where weights files lie")
    parser.add_argument("--device", default="cpu", help="torch device, such as cuda")
    parser.set_defaults(run=probe)


def probe(options: argparse.Namespace, console: Console, workers: Workers) -> None:
    """Measure the curves and write the report."""
    # Here, since plots would make every other command start later.
    from metrics.sensitivity.curves import measure_sensitivity
    from metrics.sensitivity.report import markdown, write_report

    if not workers.leads:
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("images", total=None)
        points = measure_sensitivity(
            options.path,
            options.out,
            other=options.other,
            metrics=[name.strip() for name in options.metrics.split(",")],
            extractor=options.extractor,
            strengths=_read_strengths(options.strengths),
            images=options.images,
            seed=options.seed,
            weights=options.weights,
            device=options.device,
            progress=lambda now, done, total: bar.update(task, description=now, completed=done, total=total),
        )
    files = write_report(points, options.out)
    console.print(markdown(points), markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(files)} files in {options.out}", highlight=False)


def _read_strengths(text: str) -> list[float]:
    try:
        strengths = [float(part) for part in text.split(",")]
    except ValueError:
        strengths = []
    if not strengths or not all(0 < strength <= 1 for strength in strengths):
        raise InvalidSettingError(
            f"{text!r} are no strengths; write numbers above 0 and up to 1 with commas between, as in 0.5,1."
        )
    return strengths
