"""Inception Score at endlessly many images: the score without the bias of few of them.

Chong, Forsyth: Effectively Unbiased FID and Inception Score and Where to Find Them, CVPR 2020,
arXiv:1911.07023.

It never looks at real images, and shares all of the Inception Score's failures but the dependence on the
number of images.
"""

import math
from typing import Annotated

import torch

from metrics.registry import Measured, Quantity, register
from metrics.signatures import Range
from metrics.statistics.extrapolation import image_weights, intercept_weights, subset_sizes
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import normal_interval
from metrics.statistics.scores import class_information_scores
from metrics.types import Probabilities


@register(
    name="is_infinity",
    title="IS∞",
    paper="arXiv:1911.07023",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "is_infinity",
            better="higher",
            ideal=math.inf,
            senses={"fidelity", "diversity"},
            generic="class_score_infinity",
            generic_title="Class score at endlessly many images",
        )
    ],
)
def is_infinity(
    generated: Probabilities,
    *,
    points: Annotated[int, Range(2)] = 15,
    smallest: Annotated[int, Range(2)] = 5000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Intercept of the least-squares line through the Inception Score of n images, in one part, over 1 / n.

    Args:
        generated: class probabilities of the generated images (m, k).
        points: number of sizes n, from `smallest` to m in equal steps.
        smallest: the least n; a tenth of m where there are fewer than ten times as many images.
        seed: fixes the order, of which each n takes the first images.

    Returns:
        `is_infinity`, about [1, k].

    Raises:
        TooFewSamplesError: too few images for so many sizes.

    Source: Chong and Forsyth 2020, section 4; checked against the line through scores one by one.
    """
    rows = shuffled(generated.values, seed).double()
    sizes = subset_sizes(generated.count, points, smallest)
    weights = intercept_weights(sizes)
    scores = torch.cat([class_information_scores(rows[:size], splits=1, seed=None).parts for size in sizes])
    value = float(weights @ scores)
    # An image's influence on the score is the score times its divergence from the marginal.
    divergences = (torch.xlogy(rows, rows) - torch.xlogy(rows, rows.mean(dim=0))).sum(dim=1)
    spread = float(divergences.var() * image_weights(sizes, weights).square().sum())
    low, high = normal_interval(value, float(scores[-1]) * math.sqrt(spread))
    return {"is_infinity": Measured(value, low=low, high=high, interval="delta method over images")}
