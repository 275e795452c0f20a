"""Pairs of images for people to judge: side by side in files, with a table that names them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from metrics.evidence.kinds import Images
from metrics.results.files import check_writable, make_folder, refusal
from metrics.results.result import Evaluation, MetricResult

TABLE = "pairs.csv"
COLUMNS = (
    "quantity",
    "rank",
    "distance",
    "first_set",
    "first_index",
    "first_file",
    "second_set",
    "second_index",
    "second_file",
    "picture",
)
GAP_PX = 4
WHITE = 255


def prepare_folder(folder: Path) -> None:
    """Make the folder for pairs, and check it before hours of work go into what is to be in it.

    Raises:
        ResultsWriteError: it can't be made or written.
    """
    make_folder(folder)
    check_writable(folder / TABLE)


def export_pairs(found: Evaluation, folder: Path) -> int:
    """Write the pairs that metrics found: a picture of each, the first image left, and one table of all.

    Args:
        found: results of `metrics.evaluate`.
        folder: where `pairs.csv` goes, and the pictures as QUANTITY/RANK.png. Of a set of which only features
            are known there are no pictures: the table then has its images' numbers alone.

    Returns:
        The number of pairs.

    Raises:
        ResultsWriteError: the folder can't be written.
        ImageReadError: an image can't be read any more.
    """
    prepare_folder(folder)
    pairs = [pair for result in found for pair in _pairs_of(result, found.images)]
    try:
        # Pictures without their table, or some of them, are of no use to anybody.
        with TemporaryDirectory(dir=folder, prefix=".") as part:
            _write_all(pairs, Path(part))
            _move_all(Path(part), folder)
    except OSError as error:
        raise refusal(folder / TABLE, error) from error
    return len(pairs)


def _write_all(pairs: Iterable[_Pair], folder: Path) -> None:
    with (folder / TABLE).open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([*pair.cells, _write_picture(pair, folder)] for pair in pairs)


def _move_all(part: Path, folder: Path) -> None:
    """The table last, since it names all the others."""
    for path in (*sorted(part.glob("*/*")), part / TABLE):
        place = folder / path.relative_to(part)
        place.parent.mkdir(exist_ok=True)
        path.replace(place)


@dataclass(frozen=True)
class _Side:
    """An image of a pair; of some sets only features are known."""

    role: str
    index: int
    images: Images | None

    @property
    def cells(self) -> tuple[str, int, str]:
        return self.role, self.index, "" if self.images is None else self.images.source.name(self.index)


@dataclass(frozen=True)
class _Pair:
    quantity: str
    rank: int
    distance: float
    sides: tuple[_Side, _Side]

    @property
    def cells(self) -> tuple[str | int | float, ...]:
        return self.quantity, self.rank, self.distance, *self.sides[0].cells, *self.sides[1].cells


def _pairs_of(result: MetricResult, images: Mapping[str, Images]) -> Iterator[_Pair]:
    if result.pairs is None:
        return
    one, other = result.pairs.roles
    ends = zip(result.pairs.indices, result.pairs.distances, strict=True)
    for rank, ((first, second), distance) in enumerate(ends, start=1):
        sides = _Side(one, first, images.get(one)), _Side(other, second, images.get(other))
        yield _Pair(result.quantity, rank, distance, sides)


def _write_picture(pair: _Pair, folder: Path) -> str:
    """Its path in the folder; empty where an image is not at hand."""
    pixels = [side.images.source.read(side.index, side.index + 1)[0] for side in pair.sides if side.images]
    if len(pixels) < len(pair.sides):
        return ""
    name = f"{pair.quantity}/{pair.rank:03}.png"
    (folder / name).parent.mkdir(exist_ok=True)
    Image.fromarray(_side_by_side(pixels).permute(1, 2, 0).numpy()).save(folder / name, "png")
    return name


def _side_by_side(pixels: list[UInt8[Tensor, "3 _h _w"]]) -> UInt8[Tensor, "3 h w"]:
    """Images at their own sizes, at the top of a white strip."""
    height = max(image.shape[1] for image in pixels)
    width = sum(image.shape[2] for image in pixels) + GAP_PX * (len(pixels) - 1)
    strip = torch.full((3, height, width), WHITE, dtype=torch.uint8)
    left = 0
    for image in pixels:
        strip[:, : image.shape[1], left : left + image.shape[2]] = image
        left += image.shape[2] + GAP_PX
    return strip
