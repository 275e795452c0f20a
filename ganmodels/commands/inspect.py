"""`inspect`: look inside a checkpoint's generator, as pictures and numbers."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.progress import Progress

from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.checkpoints.opened import Opened
from ganmodels.checkpoints.save import write_atomically
from ganmodels.commands.opening import add_file_options, asked
from ganmodels.commands.parsers import Subparsers
from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside.inversion import invert
from ganmodels.inside.judges import open_judge
from ganmodels.inside.pictures import read_pictures, sheet
from ganmodels.inside.spaces import SPACES, open_space
from ganmodels.inside.views import (
    View,
    code_view,
    feature_map_view,
    filter_view,
    interpolation_view,
    inversion_view,
    judged_view,
    traversal_view,
    usual_views,
)
from ganmodels.training.data import load_images
from ganmodels.training.loop import STATE


def add_parser(commands: Subparsers) -> None:
    """Declares the command."""
    parser = commands.add_parser("inspect", help="look inside a checkpoint's generator")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for <view>.png and .json")
    look = parser.add_argument_group("views", "without any, those that need nothing but the checkpoint")
    look.add_argument("--interpolate", type=int, metavar="N", help="ways of N images between two latents")
    look.add_argument("--linear", action="store_true", help="straight ways in z instead of great circles")
    look.add_argument("--traverse", metavar="0,1,2|codes|all", help="one dimension or code at a time")
    look.add_argument("--invert", type=Path, metavar="IMAGE", help="the latent of the nearest image")
    look.add_argument("--filters", action="store_true", help="of the layer that paints the pixels")
    look.add_argument("--feature-maps", action="store_true", help="of image 0 of the seed")
    look.add_argument("--scores", type=Path, metavar="PATH", help="images that critic or discriminator score")
    parser.add_argument("--strips", type=int, default=4, help="ways that --interpolate shows")
    parser.add_argument("--range", dest="reach", type=float, default=3.0, help="of --traverse, in deviations")
    parser.add_argument("--steps", type=int, default=9, help="images of one traversal")
    parser.add_argument("--search-steps", type=int, default=200, help="of --invert")
    parser.add_argument("--space", choices=SPACES, default="z", help="latents, or a style generator's styles")
    parser.add_argument("--label", type=int, help="class of the images, where the generator knows any")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, help=f"of the training; default: {STATE} beside it")
    add_file_options(parser, image_range="--image-range")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the views asked for, each as a sheet of pictures and a file of numbers."""
    opened = open_checkpoint(options.checkpoint, asked(options))
    options.out.mkdir(parents=True, exist_ok=True)
    for view in _views(opened, options):
        sheet(view.rows).save(options.out / f"{view.name}.png")
        told = {"checkpoint": opened.info.sha256, "title": view.title, "about": view.about, **view.data}
        write_atomically(options.out / f"{view.name}.json", (json.dumps(told) + "\n").encode())
        print(f"{options.out / view.name}.png  {view.title}")
    return 0


def _views(opened: Opened, options: argparse.Namespace) -> Iterator[View]:
    """Makes what was asked for, in the order of the options."""
    generator = opened.generator()
    seed, steps, reach = options.seed, options.steps, options.reach
    wanted = ("interpolate", "traverse", "invert", "filters", "feature_maps", "scores")
    if all(getattr(options, name) in (None, False) for name in wanted):
        yield from _usual(generator, options)
        return
    space = open_space(generator, options.space, label=options.label, seed=seed)
    if options.interpolate is not None:
        yield interpolation_view(
            space, strips=options.strips, steps=options.interpolate, seed=seed, straight=options.linear
        )
    if options.traverse == "codes":
        yield code_view(generator, steps=steps, reach=reach, seed=seed)
    elif options.traverse is not None:
        dimensions = _dimensions(options.traverse, space.size)
        yield traversal_view(space, dimensions, steps=steps, reach=reach, seed=seed)
    if options.invert is not None:
        yield _inversion(generator, options)
    if options.filters:
        yield filter_view(generator)
    if options.feature_maps:
        yield feature_map_view(space, seed=seed)
    if options.scores is not None:
        yield _scores(opened, generator, options)


def _usual(generator: NetworkGenerator, options: argparse.Namespace) -> Iterator[View]:
    for name, make in usual_views(generator, steps=options.steps, seed=options.seed):
        try:
            yield make()
        except InsideError as error:
            print(f"no {name}: {error}")


def _dimensions(text: str, size: int) -> Sequence[int]:
    if text == "all":
        return range(size)
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise InsideError(
            f"--traverse {text[:80]} is not a list of dimensions, such as 0,1,2, nor codes nor all"
        )
    return [int(word[:9]) for word in words]


def _inversion(generator: NetworkGenerator, options: argparse.Namespace) -> View:
    space = open_space(generator, options.space, label=options.label, seed=options.seed)
    target = read_pictures([options.invert], generator.image_shape)[0]
    with Progress() as progress:
        task = progress.add_task("looking for the latent", total=options.search_steps)
        found = invert(
            space,
            target,
            steps=options.search_steps,
            seed=options.seed,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    return inversion_view(space, [found])


def _scores(opened: Opened, generator: NetworkGenerator, options: argparse.Namespace) -> View:
    state = options.state or options.checkpoint.parent / STATE
    if not state.is_file():
        raise InsideError(
            f"no training's state at {state}: a checkpoint holds the generator alone, so scores need the "
            "folder that train wrote; give its state as --state"
        )
    by = open_judge(state, opened.info.description)
    data = load_images(options.scores, generator.image_shape[1])
    real = data.images.expand(-1, generator.image_shape[0], -1, -1) if data.shape[0] == 1 else data.images
    return judged_view(
        generator, by, real, classes=None if data.labels is None else data.labels.tolist(), seed=options.seed
    )
