"""`train`: a model on images, in one process or, started by torchrun, in several."""

import argparse
import shlex
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from ganmodels.commands.parsers import Subparsers, assignments
from ganmodels.errors import ImageShapeError, SettingError
from ganmodels.registry import get_model
from ganmodels.training.board import tensorboard
from ganmodels.training.data import ImageData
from ganmodels.training.datasets import open_images
from ganmodels.training.log import LogListener
from ganmodels.training.loop import train
from ganmodels.training.plan import Plan
from ganmodels.training.processes import Processes, joined
from ganmodels.training.signals import stop_on_signals

_COLUMNS = (
    TextColumn("{task.description}", table_column=Column()),  # the one to be folded on a narrow screen
    BarColumn(bar_width=10),
    MofNCompleteColumn(table_column=Column(no_wrap=True)),
    TextColumn("{task.fields[speed]}"),
    TimeRemainingColumn(),
)


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser(
        "train",
        help="train a model on images",
        epilog="In several processes: torchrun --nproc-per-node=2 -m ganmodels train … (docs/training.md).",
    )
    parser.add_argument("model", metavar="NAME")
    parser.add_argument(
        "--data",
        required=True,
        metavar="WHERE",
        help="folder, .zip, .npz (arr_0) or idx file of images, or torchvision:NAME[:SPLIT]",
    )
    parser.add_argument("--data-root", type=Path, default=Path("data"), metavar="DIR", help="of torchvision")
    parser.add_argument(
        "--download", action="store_true", help="fetch torchvision's data set if it's missing"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoint, state, log and sample grids"
    )
    parser.add_argument(
        "--size", type=int, help="side in px: smaller images are centred on black, larger ones reduced"
    )
    parser.add_argument("--set", action="append", default=[], metavar="K=V", help="a setting; see info NAME")
    parser.add_argument("--steps", type=int, help="default: the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--resume", action="store_true", help="go on from the state in --out")
    parser.add_argument("--tensorboard", action="store_true", help="write the log for TensorBoard, too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Trains, with a progress bar; answers 128 + n where signal n stopped it."""
    plan = Plan.make(
        get_model(options.model),
        assignments(options.set),
        options.steps,
        seed=options.seed,
        command=_command(options),
    )
    kind = _device(options.device)
    with joined(kind) as processes:
        data = _data(options, processes)
        with (
            stop_on_signals() as wish,
            _size_offered(),
            _progress_shown(options, plan, data, processes) as on_log,
        ):
            step = train(
                plan,
                data,
                options.out,
                device=processes.device(kind),
                resume=options.resume,
                should_stop=lambda: bool(wish),
                on_log=on_log,
                processes=processes,
            )
        status = processes.largest(wish.exit_status)
    if processes.leads:
        more = "" if step == plan.steps else "; go on with --resume"
        print(f"step {step} of {plan.steps} saved in {options.out}{more}")
    return status


def _data(options: argparse.Namespace, processes: Processes) -> ImageData:
    """Opens the images, first in the process that leads: it may have to fetch them for all."""
    if not processes.leads:
        processes.largest(0)
    data = open_images(options.data, options.size, options.data_root, download=options.download)
    if processes.leads:
        processes.largest(0)
    return data


@contextmanager
def _size_offered() -> Iterator[None]:
    """Says to whom no network fits that `train` can bring images to another size."""
    try:
        yield
    except ImageShapeError as error:
        raise ImageShapeError(f"{error}; --size brings images to such a side") from error


@contextmanager
def _progress_shown(
    options: argparse.Namespace, plan: Plan, data: ImageData, processes: Processes
) -> Iterator[LogListener]:
    """Shows the lines of the log to whoever watches: a progress bar, and TensorBoard where wished."""
    with ExitStack() as stack:
        listeners: list[LogListener] = []
        if processes.leads and options.tensorboard:
            listeners.append(stack.enter_context(tensorboard(options.out / "tensorboard")))
        progress = stack.enter_context(Progress(*_COLUMNS, disable=not processes.leads))
        task = progress.add_task(f"{plan.model.name} on {len(data)} images", total=plan.steps, speed="")
        listeners.append(
            lambda line: progress.update(
                task,
                completed=line["step"],
                description=_losses(line, plan.recipe.signal),
                speed=f"{line['images_per_s']:.0f} images/s",
            )
        )

        def on_log(line: Mapping[str, Any]) -> None:
            for listener in listeners:
                listener(line)

        yield on_log


def _losses(line: Mapping[str, Any], signal: str) -> str:
    """Picks what a person watches: the players' losses, and the model's own signal."""
    wanted = [name for name in line if name.endswith(".loss") or name == signal]
    return " ".join(f"{name.removesuffix('.loss')} {line[name]:.3g}" for name in wanted)


def _command(options: argparse.Namespace) -> str:
    """Writes down what trains the same again, whatever it runs on."""
    words = ["python", "-m", "ganmodels", "train", options.model, "--data", options.data]
    words += ["--out", str(options.out)]
    for name in ("size", "steps", "seed"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    for assignment in options.set:
        words += ["--set", assignment]
    return shlex.join(words)


def _device(wanted: str) -> str:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise SettingError("--device cuda, but torch sees no GPU here; give --device cpu")
    return ("cuda" if torch.cuda.is_available() else "cpu") if wanted == "auto" else wanted
