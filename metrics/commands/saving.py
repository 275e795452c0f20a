"""`python -m metrics features` and `reference`: what a network says of a set of images, kept in a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor

from metrics.commands.common import (
    IMAGES,
    add_input_options,
    add_network_options,
    extractor_named,
    images_named,
    progress_bar,
    store_of,
)
from metrics.distributed import Workers
from metrics.errors import MissingEvidenceError
from metrics.evidence.gathering import gather, required
from metrics.evidence.kinds import Moments
from metrics.extractors.extraction import Pass
from metrics.extractors.registry import PROBABILITIES, WeightsRequest
from metrics.inputs.opening import Opening, open_set
from metrics.inputs.saved_files import SUFFIX_OF, save_features, save_statistics
from metrics.planning.extractors import DEFAULT_EXTRACTOR, ExtractorOptions, open_for
from metrics.planning.wants import Want
from metrics.registry.metric import FEATURES
from metrics.results.files import check_writable


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    features = commands.add_parser("features", help="keep the features of a set of images in a file")
    features.add_argument("path", help=IMAGES)
    features.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors", help="write here")
    features.add_argument(
        "--outputs", metavar="NAMES", help=f"outputs of the network, such as {FEATURES},{PROBABILITIES}"
    )
    features.set_defaults(run=keep_features)
    reference = commands.add_parser("reference", help="keep the statistics of a reference set in a file")
    reference.add_argument("path", help=IMAGES)
    reference.add_argument("--save", type=Path, required=True, metavar="FILE.npz", help="write here")
    reference.set_defaults(run=keep_statistics, outputs=None)
    for parser in (features, reference):
        add_network_options(parser)
        add_input_options(parser)


def keep_features(options: argparse.Namespace, console: Console, workers: Workers) -> None:
    """Write all outputs asked for."""
    asked = frozenset((options.outputs or FEATURES).split(","))
    over = _over(options, workers, [asked])

    def write() -> None:
        rows: dict[str, list[Tensor]] = {name: [] for name in asked}
        for chunk in _chunks(over, workers):
            for name, parts in rows.items():
                parts.append(chunk[name])
        joined = {name: torch.cat(parts) for name, parts in rows.items()}
        save_features(options.out, joined, over.provenance, over.images.labels)

    _run(over, options.out, write, console, workers)


def keep_statistics(options: argparse.Namespace, console: Console, workers: Workers) -> None:
    """Write the moments of the features, and of the spatial ones where the network has them."""
    over = _over(options, workers, [frozenset(SUFFIX_OF), frozenset({FEATURES})])

    def write() -> None:
        wants = [Want("reference", Moments, output) for output in sorted(over.outputs)]
        found = gather(_chunks(over, workers), wants, over.provenance)
        save_statistics(options.save, {item.output: required(made) for item, made in found.items()})

    _run(over, options.save, write, console, workers)


def _chunks(over: Pass, workers: Workers) -> Iterator[Mapping[str, Tensor]]:
    """All chunks of a pass, with a progress bar."""
    done = 0
    with progress_bar(workers) as show:

        def advance(images: int) -> None:
            nonlocal done
            done += images
            if show is not None:
                show(done, over.images.count)

        yield from over.chunks(advance)


def _run(over: Pass, path: Path, write: Callable[[], None], console: Console, workers: Workers) -> None:
    if not workers.leads:
        over.contribute(lambda _: None)
        return
    check_writable(path)
    write()
    console.print(
        f"{over.images.count:,} images, {over.extractor.name}, protocol {over.protocol.name}: {path}",
        highlight=False,
        markup=False,
    )


def _over(options: argparse.Namespace, workers: Workers, outputs: list[frozenset[str]]) -> Pass:
    """A pass over the images that gives the first of these sets of outputs that can be had."""
    store = store_of(options)
    opening = Opening(
        options.samples,
        options.seed,
        options.allow_unreadable,
        options.data_root,
        not options.no_download,
        store,
    )
    images = open_set(images_named(options.path), opening).images
    if images is None:
        raise MissingEvidenceError(f"{options.path} holds no images; give the images themselves.")
    how = ExtractorOptions(
        protocol=options.protocol,
        request=WeightsRequest(frozenset(), options.weights, not options.no_download),
        device=workers.device(options.device),
        backend=options.backend,
        precision=options.precision,
        cache=store,
        workers=workers,
    )
    extractor = extractor_named(options.extractor, options) or DEFAULT_EXTRACTOR
    for wanted in outputs[:-1]:
        try:
            return open_for(extractor, wanted, how).over(images, wanted)
        except MissingEvidenceError:
            continue
    return open_for(extractor, outputs[-1], how).over(images, outputs[-1])
