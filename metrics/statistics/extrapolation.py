"""Values at endlessly many images, from how a biased estimate falls with 1 / n."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import TooFewSamplesError

LEAST_SIZE = 10


def subset_sizes(count: int, points: int, smallest: int) -> list[int]:
    """Sizes of subsets in equal steps up to all images.

    Args:
        count: number of images n.
        points: number of sizes, at least 2.
        smallest: the first size where there are many more images; n / 10 where there are not.

    Raises:
        TooFewSamplesError: too few images for sizes that differ.

    Source: Chong and Forsyth 2020, section 4; the rule for few images is Stein et al.'s (2023).
    """
    first = min(smallest, max(count // 10, LEAST_SIZE))
    if count < first + points:
        raise TooFewSamplesError(
            f"{count} images are too few to extrapolate over {points} sizes; give at least {first + points}."
        )
    return [round(size) for size in torch.linspace(first, count, points, dtype=torch.float64).tolist()]


def intercept_weights(sizes: Sequence[int | float]) -> Float[Tensor, " p"]:
    """How much each value counts in the intercept of a least-squares line over 1 / n; they add up to 1."""
    inverse = 1 / torch.tensor(sizes, dtype=torch.float64)
    centred = inverse - inverse.mean()
    return 1 / len(sizes) - centred * inverse.mean() / centred.square().sum()


def image_weights(sizes: Sequence[int], weights: Float[Tensor, " p"]) -> Float[Tensor, " n"]:
    """How much each image's influence counts in the intercept, where each size is a start of the same row.

    Args:
        sizes: increasing sizes; the last is n.
        weights: from `intercept_weights`.
    """
    total = torch.zeros(sizes[-1], dtype=torch.float64)
    for size, weight in zip(sizes, weights.tolist(), strict=True):
        total[:size] += weight / size
    return total
