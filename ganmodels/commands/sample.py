"""`sample`: images of a checkpoint as PNG."""

import argparse
from pathlib import Path

from rich.progress import Progress

from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.commands.opening import add_file_options, asked
from ganmodels.commands.parsers import Subparsers
from ganmodels.training.grid import save_png


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("sample", help="write images of a checkpoint as PNG")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a file, or a diffusers folder")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0, help="index of the first image")
    parser.add_argument("--label", type=int, help="one class for all; without, all classes equally often")
    parser.add_argument("--batch-size", type=int, default=64, help="changes no image")
    parser.add_argument("--out", type=Path, required=True)
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes image i of the seed as <i>.png."""
    generator = open_checkpoint(options.checkpoint, asked(options)).generator()
    batches = generator.iter_samples(
        options.count,
        options.seed,
        batch_size=options.batch_size,
        start=options.start,
        labels=options.label,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    done = options.start
    with Progress() as progress:
        task = progress.add_task(f"sampling {generator.name}", total=options.count)
        for batch in batches:
            for image in batch:
                save_png(image, options.out / f"{done:06d}.png")
                done += 1
            progress.update(task, advance=len(batch))
    return 0
