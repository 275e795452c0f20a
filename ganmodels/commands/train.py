"""`train`: a model on images."""

import argparse
import shlex
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ganmodels.commands.parsers import Subparsers, assignments
from ganmodels.errors import SettingError
from ganmodels.registry import get_model
from ganmodels.training.data import load_images
from ganmodels.training.loop import train
from ganmodels.training.plan import Plan
from ganmodels.training.signals import stop_on_signals


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("train", help="train a model on images")
    parser.add_argument("model", metavar="NAME")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder, .zip, .npz (arr_0) or idx file of images"
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
    data = load_images(options.data, options.size)
    device = torch.device(_device(options.device))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with stop_on_signals() as wish, Progress(*columns) as progress:
        task = progress.add_task(f"{plan.model.name} on {len(data)} images", total=plan.steps)

        def report(line: dict[str, Any]) -> None:
            numbers = "  ".join(f"{name} {value:.4g}" for name, value in line.items() if name != "step")
            progress.update(task, completed=line["step"], description=numbers)

        step = train(
            plan,
            data,
            options.out,
            device=device,
            resume=options.resume,
            should_stop=lambda: bool(wish),
            report=report,
        )
    print(f"step {step} of {plan.steps} saved in {options.out}")
    return wish.exit_status


def _command(options: argparse.Namespace) -> str:
    words = [
        "python",
        "-m",
        "ganmodels",
        "train",
        options.model,
        "--data",
        str(options.data),
        "--out",
        str(options.out),
    ]
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
