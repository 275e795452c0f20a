"""What several commands share: how sets of images and networks are named, and a progress bar."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from metrics.cache import FeatureCache, default_folder
from metrics.distributed import Workers
from metrics.errors import InvalidEvidenceError
from metrics.evaluate import Progress as ProgressCallback
from metrics.extractors.opening import own_extractor
from metrics.extractors.registry import Extractor
from metrics.images.datasets import SCHEME

FILES = "folder (class folders are labels), .zip, .npz with arr_0, .npy, torchvision:NAME:SPLIT"
IMAGES = f"{FILES}, or MODULE:FACTORY of a generator"


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how images are looked at."""
    parser.add_argument("--extractor", metavar="NAME", help="a name of 'list', or MODULE:FACTORY of your own")
    parser.add_argument("--protocol", metavar="NAME", help="preprocessing; default: the extractor's own")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="where weights files lie")
    parser.add_argument("--no-download", action="store_true", help="never fetch weights or data sets")
    parser.add_argument("--device", default="cpu", help="torch device, such as cuda")
    parser.add_argument("--backend", default="auto", help="auto, torch or openvino")
    parser.add_argument("--precision", default="float32", help="float32; tf32 or bfloat16 on CUDA")
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", default=default_folder(), help="keep features here"
    )
    parser.add_argument("--no-cache", dest="cache", action="store_const", const=None, help="keep no features")


def add_input_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how sets of images are opened."""
    parser.add_argument("--data-root", type=Path, default=Path("data"), metavar="DIR", help="of torchvision")
    parser.add_argument(
        "--samples", type=int, default=10_000, metavar="N", help="images drawn from a generator (10000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of samples, subsets and groups (0)")
    parser.add_argument(
        "--allow-unreadable",
        type=int,
        default=0,
        metavar="N",
        help="leave out up to N files that are no images",
    )


def extractor_named(text: str | None, options: argparse.Namespace) -> str | Extractor | None:
    """The extractor of a name, or a user's own from "module:factory"."""
    if text is None or ":" not in text:
        return text
    return own_extractor(text, torch.device(options.device), backend=options.backend)


def images_named(text: str | None) -> Any:
    """What a path or a name stands for: itself, unless it is "module:factory", which is called."""
    return made(text) if text and _is_factory(text) else text


def made(text: str | None) -> Any:
    """What "module:factory" makes. It imports what is named: the text must come from who runs the process.

    Raises:
        InvalidEvidenceError: there is no such factory.
    """
    if text is None:
        return None
    path, _, factory = text.partition(":")
    try:
        return getattr(importlib.import_module(path), factory)()
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidEvidenceError(
            f"{text!r} makes nothing ({error}); write MODULE:FACTORY, where python finds the module."
        ) from error


def _is_factory(text: str) -> bool:
    module, colon, factory = text.partition(":")
    names = [*module.split("."), factory]
    return bool(colon) and not text.startswith(SCHEME) and all(name.isidentifier() for name in names)


@contextlib.contextmanager
def progress_bar(workers: Workers) -> Iterator[ProgressCallback | None]:
    """A bar of images looked at, on the leader's standard error."""
    if not workers.leads:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("images", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def store_of(options: argparse.Namespace) -> FeatureCache | None:
    """The cache that the options name."""
    return FeatureCache(options.cache) if options.cache is not None else None
