"""`python -m ganmodels`: list, info, train, sample."""

import argparse
import json
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import GanmodelsError, SettingError
from ganmodels.registry import get_model, model_names
from ganmodels.training.data import load_images
from ganmodels.training.grid import save_png
from ganmodels.training.loop import train
from ganmodels.training.plan import Plan
from ganmodels.training.signals import stop_on_signals

REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 when done, 2 when refused with a sentence, 128 + n when stopped by signal n.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except GanmodelsError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}; name another place or make room there", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; what is written stays", file=sys.stderr)
        return 128 + signal.SIGINT
    return status


def _list(_options: argparse.Namespace) -> int:
    for name in model_names():
        model = get_model(name)
        print(f"{name:12} {model.recipe.paper:18} {model.summary}")
    return 0


def _info(options: argparse.Namespace) -> int:
    if Path(options.what).is_file():
        print(json.dumps(inspect(Path(options.what)).as_json(), indent=2))
        return 0
    model = get_model(options.what)
    print(model.documentation.strip(), end="\n\n")
    for setting in [*model.settings.values(), *model.recipe.overrides().values()]:
        print(f"--set {setting.name}={setting.default}  {setting.about.help} ({setting.expectation()})")
    for name, departure in model.recipe.departures.items():
        print(f"not as in the paper, {name}: {departure}")
    return 0


def _train(options: argparse.Namespace) -> int:
    plan = Plan.make(
        get_model(options.model),
        _assignments(options.set),
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


def _sample(options: argparse.Namespace) -> int:
    generator = load(options.checkpoint)
    batches = generator.iter_samples(
        options.count, options.seed, batch_size=options.batch_size, start=options.start
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


def _assignments(words: Sequence[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise SettingError(f"--set {name}{equals}{value} is not of the form name=value, such as width=32")
    return {name: value for name, _, value in pairs}


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ganmodels", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="the models of the catalogue")
    listing.set_defaults(run=_list)

    info = commands.add_parser("info", help="a checkpoint's description, or a model's settings")
    info.add_argument("what", metavar="CHECKPOINT|NAME")
    info.set_defaults(run=_info)

    training = commands.add_parser("train", help="train a model on images")
    training.add_argument("model", metavar="NAME")
    training.add_argument(
        "--data", type=Path, required=True, help="folder, .zip, .npz (arr_0) or idx file of images"
    )
    training.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoint, state, log and sample grids"
    )
    training.add_argument(
        "--size", type=int, help="side in px: smaller images are centred on black, larger ones reduced"
    )
    training.add_argument(
        "--set", action="append", default=[], metavar="K=V", help="a setting; see info NAME"
    )
    training.add_argument("--steps", type=int, help="default: the recipe's")
    training.add_argument("--seed", type=int, default=0)
    training.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    training.add_argument("--resume", action="store_true", help="go on from the state in --out")
    training.set_defaults(run=_train)

    sampling = commands.add_parser("sample", help="write images of a checkpoint as PNG")
    sampling.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    sampling.add_argument("--count", type=int, required=True)
    sampling.add_argument("--seed", type=int, default=0)
    sampling.add_argument("--start", type=int, default=0, help="index of the first image")
    sampling.add_argument("--batch-size", type=int, default=64, help="changes no image")
    sampling.add_argument("--out", type=Path, required=True)
    sampling.set_defaults(run=_sample)
    return parser


if __name__ == "__main__":
    sys.exit(main())
