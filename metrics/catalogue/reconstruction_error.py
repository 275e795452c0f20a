"""Reconstruction error: how near the generator comes to held-out real images if its latent is looked for.

Xiang, Li: On the Effects of Batch and Weight Normalization in Generative Adversarial Networks, 2017,
arXiv:1704.03971.

It is an upper bound, since the search may miss the best latent, and it counts pixels: a blurred image is
nearer than a sharp one that is slightly moved. How probable the latent is under the prior it does not say.
"""

import math
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
from metrics.statistics.inversion import invert
from metrics.statistics.resampling import mean_interval

BATCH = 32


@register(
    name="reconstruction_error",
    title="Reconstruction error",
    paper="arXiv:1704.03971",
    quantities=[
        Quantity("reconstruction_error", better="lower", ideal=-math.inf, senses=set()),
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

    Args:
        held_out: real images that the generator never saw, of its size.
        generator: the generator G, differentiable.
        images: most images used.
        starts: random latents that the search starts from, for each image.
        steps: Adam steps from each.
        learning_rate: of the first step.
        seed: fixes which images are used, and the starts.

    Returns:
        `reconstruction_error`, from 0 to 1, with the interval of a mean over images.

    Raises:
        InvalidEvidenceError: an image is not of the generator's size.
        InvalidSettingError: no start, or a negative number of steps.
        MissingEvidenceError: the generator's images can't be differentiated.
        TooFewSamplesError: fewer than two images.

    Source: Xiang and Li 2017, section 3; checked against least squares for a linear generator.
    """
    if starts < 1 or steps < 0:
        raise InvalidSettingError(f"A search of {starts} starts and {steps} steps finds nothing; give some.")
    targets = targets_for(generator, held_out, limit=images, seed=seed)
    latents = generator.sample_latent(starts * len(targets), seed).reshape(starts, len(targets), -1)
    errors = torch.cat(
        [
            _errors(generator, targets[rows], latents[:, rows], steps, learning_rate)
            for rows in torch.split(torch.arange(len(targets)), BATCH)
        ]
    )
    low, high = mean_interval(errors)
    found = Measured(float(errors.mean()), low=max(0.0, low), high=high, interval="mean over held-out images")
    return {"reconstruction_error": found}


def _errors(
    generator: GeneratorLike,
    targets: Float[Tensor, "n c h w"],
    starts: Float[Tensor, "r n latent"],
    steps: int,
    learning_rate: float,
) -> Float[Tensor, " n"]:
    def make(latents: Tensor) -> Tensor:
        return unit_images(generator, latents)

    return invert(make, targets, starts, steps=steps, learning_rate=learning_rate).errors
