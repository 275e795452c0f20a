"""Which real image a generated one is compared with, pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import InvalidEvidenceError, InvalidSettingError
from metrics.evidence.kinds import Images
from metrics.images.stacks import chosen, same_shape, stack_of
from metrics.statistics.neighbours import nearest
from metrics.statistics.ordering import seeded_order

NEAREST, POSITION = "nearest", "position"
THUMBNAIL_PX = 32


@dataclass(frozen=True)
class ImagePairs:
    """Real images (n, c, h, w) and what was generated in their place, with grey values from 0 to 255.

    Attributes:
        real: real images.
        made: the generated ones that belong to them.
        notes: how the pairs were formed.
    """

    real: Float[Tensor, "n c h w"]
    made: Float[Tensor, "n c h w"]
    notes: tuple[str, ...]


def pairs_of(reference: Images, generated: Images, *, pairing: str, limit: int, seed: int) -> ImagePairs:
    """Pairs of a generated and a real image.

    Args:
        reference: real images of one size.
        generated: generated images of that size.
        pairing: "nearest" takes for each generated image the real one that is nearest to it in pixels, the
            images first averaged down to a side of at most 32; "position" takes the one at the same place
            of the other set, as a reconstruction or a translation has it.
        limit: most images used of either set.
        seed: fixes which.

    Raises:
        InvalidEvidenceError: images of different sizes; by position, sets of different counts or classes.
        InvalidSettingError: there is no such pairing.
        TooFewSamplesError: a set has fewer than two images.
    """
    if pairing == POSITION:
        _require_counterparts(reference, generated)
        places = chosen(generated.count, limit, seed)
        real, made = same_shape(stack_of(reference, places), stack_of(generated, places))
        return ImagePairs(real, made, ())
    if pairing != NEAREST:
        raise InvalidSettingError(f"There is no pairing {pairing!r}; give {NEAREST!r} or {POSITION!r}.")
    real, made = same_shape(
        stack_of(reference, chosen(reference.count, limit, seed)),
        stack_of(generated, chosen(generated.count, limit, seed)),
    )
    # Of two equally near ones that is taken which is first in an order that the content alone decides.
    real = real[seeded_order(thumbnails(real), seed)]
    partners = nearest(thumbnails(made), thumbnails(real), k=1).indices[:, 0]
    note = (
        "Each generated image is compared with the real image that is nearest to it in pixels; "
        "for reconstructions set pairing to 'position'."
    )
    return ImagePairs(real[partners], made, (note,))


def thumbnails(stack: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d"]:
    """Each image as one vector: its pixels, or averages of them where it has a side of more than 32."""
    height, width = (min(side, THUMBNAIL_PX) for side in stack.shape[2:])
    small: Tensor = torch.nn.functional.adaptive_avg_pool2d(stack, (height, width))
    return small.flatten(1)


def random_pairs(count: int, pairs: int, order: Int[Tensor, " n"]) -> Int[Tensor, "p 2"]:
    """Pairs of different rows, each row in as many of them as any other, or one fewer.

    Args:
        count: number of rows, at least 2.
        pairs: most pairs; there are no more than count · (count - 1) / 2.
        order: a random order of the rows: the k-th is paired with the next, then with the one after that.
    """
    every = count * (count - 1) // 2
    found: list[Tensor] = []
    for step in range(1, count // 2 + 1):
        # A step of half the way round meets each pair twice.
        starts = torch.arange(count // 2 if 2 * step == count else count)
        found.append(torch.stack([order[starts], order[(starts + step) % count]], dim=1))
        if sum(map(len, found)) >= min(pairs, every):
            break
    return torch.cat(found)[:pairs]


def _require_counterparts(reference: Images, generated: Images) -> None:
    if reference.count != generated.count:
        raise InvalidEvidenceError(
            f"{generated.count:,} generated images have no counterparts by position among "
            f"{reference.count:,} real ones; give equally many, or set pairing to 'nearest'."
        )
    one, other = reference.labels, generated.labels
    if one is None or other is None:
        return
    names = sorted({*one.names, *other.names})
    if not torch.equal(one.renamed(tuple(names)).values, other.renamed(tuple(names)).values):
        raise InvalidEvidenceError(
            "Images at the same position of the two sets have different classes, so they are no pairs; "
            "sort both alike, or set pairing to 'nearest'."
        )
