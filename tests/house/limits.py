"""`docs/limits.md`: where a class score misleads, on real images: ``python -m tests.house.limits`` writes it.

The images are CIFAR-10's photographs from the folder of shared data, where there is one beside the checkout,
and the demo's Fashion-MNIST.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from metrics import Extractor, evaluate
from metrics.extractors.opening import open_extractor
from metrics.extractors.registry import WeightsRequest
from metrics.images.protocols import get_protocol
from tests.house.checkout import refuse_another_checkout

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = next(
    (place for up in (ROOT, ROOT.parent) if (place := up / "shared" / "data" / "cifar10-test.zip").exists()),
    ROOT / "shared" / "data" / "cifar10-test.zip",
)
GARMENTS = ROOT / "evalsite" / "launch" / "data" / "fashion-mnist-test.npz"
DOCUMENT = ROOT / "docs" / "limits.md"
PICTURES = ROOT / "docs" / "images"
SET_SIZE = 240
SETS = 3  # training images, held-out images, and what takes the generator's place
REPEATED = 24
SHOWN = 16
Pixels = NDArray[np.uint8]

SIZE_PX = 32

SCORE = "class_score_efficientnet_lite0"
FRECHET = "fd_efficientnet_lite0"
QUANTITIES: Mapping[str, str] = {
    SCORE: "class score ↑",
    FRECHET: "Fréchet distance ↓",
    "precision": "precision ↑",
    "recall": "recall ↑",
    "vendi_score": "Vendi score ↑",
    "nearest_real_distance": "distance to nearest training image ↓",
    "authpct": "AuthPct ↑",
}
HIGHER_IS_BETTER = {quantity: title.endswith("↑") for quantity, title in QUANTITIES.items()}
METRICS = (
    "inception_score",
    "frechet_distance",
    "precision_recall",
    "vendi_score",
    "nearest_neighbours",
    "authpct",
)


@dataclass(frozen=True)
class Row:
    """A set of images in the generator's place, and what is measured of it."""

    name: str
    images: Pixels
    values: Mapping[str, float]


@dataclass(frozen=True)
class Failure:
    """One way in which the score misleads.

    Attributes:
        slug: name of the picture.
        title: heading.
        text: what is shown.
        good: what a perfect generator would make.
        bad: what the score takes to be better, or as good.
        noticed: quantities that are worse for the bad images.
    """

    slug: str
    title: str
    text: str
    good: Row
    bad: Row
    noticed: tuple[str, ...]


@cache
def photographs() -> tuple[Pixels, Pixels, Pixels]:
    """Training, held-out and generated photographs, evenly from all classes."""
    with zipfile.ZipFile(PHOTOGRAPHS) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        step = len(names) // (SETS * SET_SIZE)
        chosen = names[:: step or 1][: SETS * SET_SIZE]
        images = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in chosen]
    return _dealt(np.stack(images))


@cache
def garments() -> tuple[Pixels, Pixels, Pixels]:
    """Training, held-out and generated garments."""
    with np.load(GARMENTS) as arrays:
        return _dealt(np.repeat(arrays["arr_0"][: SETS * SET_SIZE], 3, axis=3))


def _dealt(images: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    return images[0::SETS], images[1::SETS], images[2::SETS]


@cache
def network() -> Extractor:
    """The classifier, whose weights are always there."""
    outputs = frozenset({"features", "probabilities"})
    return open_extractor("efficientnet_lite0", WeightsRequest(outputs), torch.device("cpu"))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Features of sets that are measured more than once, until the process ends."""
    return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def measured(name: str, generated: Pixels, reference: Pixels) -> Row:
    """A set with its numbers; the class score is that of all images at once, not of tenths of them."""
    found = evaluate(
        metrics=METRICS,
        generated=np.ascontiguousarray(generated),
        reference=reference,
        extractor=network(),
        settings={"inception_score": {"splits": 1}},
        download=False,
        cache=Path(_folder().name),
    )
    return Row(name, generated, {result.quantity: result.value for result in found})


def surest_of_each_class(images: Pixels, count: int) -> Pixels:
    """Of each class that the classifier sees, the image that it is surest of; the surest classes only."""
    pixels = list(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
    protocol = get_protocol(network().protocol_name(None))
    said = network().look(protocol.prepare(pixels, network().size_px))["probabilities"]
    sure, classes = said.max(dim=1)
    order = sure.argsort(descending=True).tolist()
    first = {int(classes[index]): index for index in reversed(order)}
    return images[sorted(first.values(), key=order.index)[:count]]


@cache
def failures() -> tuple[Failure, ...]:
    """All five, measured."""
    photos, unseen, good_photos = photographs()
    clothes, _, good_clothes = garments()
    real_photos = measured("real photographs", good_photos, photos)
    real_clothes = measured("real garments", good_clothes, clothes)
    rows = slice(SIZE_PX // 4, 3 * SIZE_PX // 4)
    tiles = np.tile(good_clothes[:, rows, rows], (1, 2, 2, 1))
    half = SIZE_PX // 2
    exchanged = np.roll(good_photos, (half, half), axis=(1, 2))
    few = surest_of_each_class(np.concatenate([photos, unseen]), REPEATED)
    again = few[np.arange(SET_SIZE) % len(few)]
    return (
        Failure(
            "unknown-class",
            "A class that the classifier doesn't know",
            "Real garments are as good as garments can be, but the classifier's thousand classes were not "
            "made for them. Photographs cut into quarters that are put together wrongly score higher. Each "
            "set is measured against its own kind.",
            real_clothes,
            measured("photographs, quarters exchanged", exchanged, photos),
            (FRECHET, "precision", "recall"),
        ),
        Failure(
            "other-labels",
            "The labels of other data",
            "A generator that was to make garments makes photographs. The score never looks at what was "
            "asked for, and rises, because photographs are nearer to the classifier's labels.",
            real_clothes,
            measured("photographs instead of garments", good_photos, clothes),
            (FRECHET, "precision", "recall", "nearest_real_distance"),
        ),
        Failure(
            "texture",
            "Texture over content",
            "The middle of each garment, four times: cloth in plenty and no garment. The score rises.",
            real_clothes,
            measured("middles of garments, tiled", tiles, clothes),
            (FRECHET, "precision", "recall", "nearest_real_distance"),
        ),
        Failure(
            "one-image-per-class",
            "One image for each class, repeated",
            f"{len(few)} photographs, each the one that the classifier is surest of in a class, over and "
            "over. The score is several times that of the real photographs. Precision is fooled as well: the "
            "images are real.",
            real_photos,
            measured(f"{len(few)} photographs, repeated", again, photos),
            (FRECHET, "recall", "vendi_score"),
        ),
        Failure(
            "memorised",
            "The training set, learned by heart",
            "The training images themselves. The score hardly moves, and whatever compares with the training "
            "images alone takes them to be perfect; only what asks for distance to them notices.",
            real_photos,
            measured("the training photographs", photos, photos),
            ("authpct",),
        ),
    )


def worse(quantity: str, good: Row, bad: Row) -> bool:
    """Whether a quantity says that the bad images are worse."""
    up = HIGHER_IS_BETTER[quantity]
    return (
        bad.values[quantity] < good.values[quantity] if up else bad.values[quantity] > good.values[quantity]
    )


def strip(images: Pixels) -> Image.Image:
    """The first images side by side."""
    return Image.fromarray(np.concatenate(list(images[:SHOWN]), axis=1))


def picture(failure: Failure) -> bytes:
    """The good images above, the bad ones below, twice as large as they are."""
    above, below = strip(failure.good.images), strip(failure.bad.images)
    sheet = Image.new("RGB", (above.width, above.height + below.height + 2), "white")
    sheet.paste(above, (0, 0))
    sheet.paste(below, (0, above.height + 2))
    buffer = io.BytesIO()
    sheet.resize((2 * sheet.width, 2 * sheet.height), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


def section(failure: Failure) -> str:
    """A failure in Markdown: heading, text, picture, numbers."""
    lines = [("", failure.good.name, failure.bad.name, "notices"), ("---", "---:", "---:", "---")]
    for quantity, title in QUANTITIES.items():
        values = (f"{row.values[quantity]:.3g}" for row in (failure.good, failure.bad))
        lines.append((title, *values, "yes" if quantity in failure.noticed else ""))
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    image = f"![{failure.good.name} above, {failure.bad.name} below](images/limits-{failure.slug}.png)"
    return f"## {failure.title}\n\n{failure.text}\n\n{image}\n\n{table}\n"


def document() -> str:
    """The whole page."""
    head = (
        "# Where the Inception Score misleads\n\n"
        "Written by `python -m tests.house.limits` from real images: CIFAR-10's photographs "
        "(Krizhevsky 2009) and Fashion-MNIST's garments, "
        f"{SET_SIZE} of each in the generator's place and {SET_SIZE} others as "
        "training images. The classifier is EfficientNet-Lite0, which needs no download, so the number is a "
        "class score and not the Inception Score; it is made of the same formula and fails in the same ways. "
        "Small sets make every number rough: what is shown are differences that are not small.\n"
    )
    return "\n".join([head, *(section(failure) for failure in failures())])


def main() -> None:
    """Write the page and its pictures."""
    refuse_another_checkout(ROOT)
    for failure in failures():
        (PICTURES / f"limits-{failure.slug}.png").write_bytes(picture(failure))
    DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
