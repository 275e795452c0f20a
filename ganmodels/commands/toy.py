"""`toy`: a model on points of two dimensions, where the distribution is known."""

import argparse
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ganmodels.commands.parsers import Subparsers, assignments
from ganmodels.toys.data import TOYS, get_toy
from ganmodels.toys.figures import samples_figure, save_figure, surface_figure
from ganmodels.toys.networks import Body
from ganmodels.toys.plan import HIDDEN_LAYERS, STEPS, WIDTH, toy_plan
from ganmodels.toys.scores import mode_scores
from ganmodels.toys.training import ToyRun, train_toy
from ganmodels.training.signals import stop_on_signals

SAMPLES, SURFACE, SCORES = "samples.png", "surface.png", "scores.json"


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("toy", help="train a model on points of two dimensions, and draw it")
    parser.add_argument("--model", required=True, metavar="NAME", help="see list")
    parser.add_argument("--data", required=True, metavar="TOY", help=", ".join(TOYS))
    parser.add_argument("--out", type=Path, required=True, help="folder for figures, scores and log")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default: {STEPS}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="K=V", help="a setting; see info NAME")
    parser.add_argument("--depth", type=int, default=HIDDEN_LAYERS, help="hidden layers of every network")
    parser.add_argument("--width", type=int, default=WIDTH, help="units of a hidden layer")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Trains with a progress bar, draws, prints modes and quality; 128 + n where signal n stopped it."""
    toy = get_toy(options.data)
    plan = toy_plan(
        options.model,
        assignments(options.set),
        steps=options.steps,
        seed=options.seed,
        body=Body.checked(options.width, options.depth),
        command=_command(options),
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with stop_on_signals() as wish, Progress(*columns) as progress:
        task = progress.add_task(f"{plan.model.name} on {toy.name}", total=plan.steps)

        def on_log(line: Mapping[str, Any]) -> None:
            losses = {name: value for name, value in line.items() if name.endswith(".loss")}
            numbers = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
            progress.update(task, completed=line["step"], description=numbers)

        done = train_toy(plan, toy, options.out, should_stop=lambda: bool(wish), on_log=on_log)
    _write(done, options.out)
    scores = mode_scores(done.moments[-1].points, toy)
    print(
        f"step {done.moments[-1].step}: {scores.modes_covered} of {scores.mode_count} modes, "
        f"{scores.high_quality:.1%} of high quality; figures and scores in {options.out}"
    )
    return wish.exit_status


def _write(done: ToyRun, out: Path) -> None:
    save_figure(samples_figure(done), out / SAMPLES)
    surface = surface_figure(done)
    if surface is not None:
        save_figure(surface, out / SURFACE)
    told = {
        "model": done.plan.model.name,
        "data": done.toy.name,
        "settings": dict(done.plan.settings),
        "recipe": done.plan.recipe.as_json(),
        "seed": done.plan.seed,
        "command": done.plan.command,
        "moments": [
            {"step": moment.step, **asdict(mode_scores(moment.points, done.toy))} for moment in done.moments
        ],
    }
    (out / SCORES).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _command(options: argparse.Namespace) -> str:
    words = ["python", "-m", "ganmodels", "toy"]
    for name in ("model", "data", "out", "steps", "seed", "depth", "width"):
        words += [f"--{name}", str(getattr(options, name))]
    for assignment in options.set:
        words += ["--set", assignment]
    return shlex.join(words)
