"""Reconstruction error: how near the generator comes to held-out real images if its latent is looked for.

Xiang, Li: On the Effects of Batch and Weight Normalization in Generative Adversarial Networks, 2017,
arXiv:1704.03971.

It is an upper bound, since the search may miss the best latent, and it counts pixels: a blurred image is
nearer than a sharp one that is slightly moved. How probable the latent is under the prior it does not say.
"""

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError
from metrics.evidence.kinds import Images
from metrics.evidence.networks import GeneratorLike
from metrics.images.matching import targets_for, unit_images
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.convergence import SETTLED_SHARE, Convergence, judge, sentence
from metrics.statistics.inversion import invert
from metrics.statistics.resampling import Interval, mean_interval

BATCH = 32
GREY_LEVEL = 1 / 255**2
"""Mean squared error of pixels that are one grey level off: a smaller gap means nothing."""
HOW = "mean over held-out images, and the gap of the search"


@register(
    name="reconstruction_error",
    title="Reconstruction error",
    paper="arXiv:1704.03971",
    quantities=[
        Quantity("reconstruction_error", better="lower", ideal=-math.inf, senses={"diversity"}),
    ],
)
def reconstruction_error(
    held_out: Images,
    generator: GeneratorLike,
    *,
    images: int = 64,
    starts: int = 3,
    steps: Annotated[int, Range(0)] = 100,
    learning_rate: float = 0.1,
    seed: int = 0,
) -> dict[str, Measured]:
    """Mean over held-out images x of min over z of |G(z) - x|² per pixel value, values from 0 to 1.

    The search goes on from the two best latents of each image for as many steps again. The gap is what this
    gains, plus the distance between these two, which estimates how far the better one is from the least
    possible. The interval reaches down by the gap; a gap wider than the interval is refused.

    Args:
        held_out: real images that the generator never saw, of its size.
        generator: the generator G, differentiable.
        images: most images used.
        starts: random latents that the search starts from, for each image; a single one can't be compared
            with another, and is flagged.
        steps: Adam steps from each, and from the two best latents that they found.
        learning_rate: of the first step.
        seed: fixes which images are used, and the starts.

    Returns:
        `reconstruction_error`, from 0 to 1, with the interval of a mean over images.

    Raises:
        InvalidEvidenceError: an image is not of the generator's size.
        InvalidSettingError: no start, or a negative number of steps.
        MissingEvidenceError: the generator's images can't be differentiated.
        NotConvergedError: the gap is wider than the interval.
        TooFewSamplesError: fewer than two images.

    Source: Xiang and Li 2017, section 3; Robson and Whitlock 1964 (the least possible from the two
    least); checked against least squares for a linear generator.
    """
    if starts < 1 or steps < 0:
        raise InvalidSettingError(f"A search of {starts} starts and {steps} steps finds nothing; give some.")
    targets = targets_for(generator, held_out, limit=images, seed=seed)
    latents = generator.sample_latent(starts * len(targets), seed).reshape(starts, len(targets), -1)
    searches = [
        _search(generator, targets[rows], latents[:, rows], steps, learning_rate)
        for rows in torch.split(torch.arange(len(targets)), BATCH)
    ]
    first = torch.cat([search.first for search in searches], dim=1)
    further = torch.cat([search.further for search in searches], dim=1)
    errors = further.amin(dim=0)
    interval = mean_interval(errors)
    found, note = _convergence(first, further, interval)
    low, high = interval
    measured = Measured(
        float(errors.mean()),
        low=max(0.0, low - found.gap),
        high=high,
        notes=() if found.settled else (note,),
        interval=HOW,
    )
    return {"reconstruction_error": measured}


@dataclass(frozen=True)
class _Search:
    """The error that each start came to (r, n), and those of the two best after as many steps more (s, n)."""

    first: Float[Tensor, "r n"]
    further: Float[Tensor, "s n"]


def _search(
    generator: GeneratorLike,
    targets: Float[Tensor, "n c h w"],
    starts: Float[Tensor, "r n latent"],
    steps: int,
    learning_rate: float,
) -> _Search:
    def make(latents: Tensor) -> Tensor:
        return unit_images(generator, latents)

    first = invert(make, targets, starts, steps=steps, learning_rate=learning_rate)
    best = first.by_start.argsort(dim=0)[:2, :, None].expand(-1, -1, starts.shape[2])
    reached = first.latents_by_start.gather(0, best)
    further = invert(make, targets, reached, steps=steps, learning_rate=learning_rate)
    return _Search(first.by_start, further.by_start)


def _convergence(
    first: Float[Tensor, "r n"], further: Float[Tensor, "s n"], interval: Interval
) -> tuple[Convergence, str]:
    """How far the search may have stayed from the least error, and the sentence about it."""
    gained = float((first.amin(dim=0) - further.amin(dim=0)).mean())
    apart = float((further.amax(dim=0) - further.amin(dim=0)).mean())
    found = judge(gained + apart, interval, chance=GREY_LEVEL)
    alike = first - first.amin(dim=0) <= max(GREY_LEVEL, SETTLED_SHARE * (interval[1] - interval[0]))
    share = float(alike.double().mean())
    starts = f"{share:.0%} of the starts agree with the best, and the second best is {apart:.3g} above it"
    if len(first) == 1:
        found, starts = replace(found, settled=False), "a single start can't be compared with another"
    note = sentence(
        found,
        measured=f"as many steps again lowered the error by {gained:.3g}, {starts}",
        off=f"{found.gap:.3g} too high",
        advice="raise `steps` or `starts`",
    )
    return found, note
