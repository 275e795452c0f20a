"""Inception Score at endlessly many images: the score without the bias of few of them.

Chong, Forsyth: Effectively Unbiased FID and Inception Score and Where to Find Them, CVPR 2020,
arXiv:1911.07023.

It never looks at real images, and shares all of the Inception Score's failures but the dependence on the
number of images.
"""

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Probabilities
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.extrapolation import intercept_weights, subset_sizes
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import jackknife

GROUPS = 20
BLOCK_ROWS = 4096


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
        seed: fixes the order, of which each n takes the first images, and the groups of the jackknife.

    Returns:
        `is_infinity`, about [1, k].

    Raises:
        TooFewSamplesError: too few images for so many sizes.

    Source: Chong and Forsyth 2020, section 4; checked against the line through scores one by one.
    """
    sizes = subset_sizes(generated.count, points, smallest)
    sums = _sums(shuffled(generated.values, seed), sizes)
    total = sums.sum(dim=0)
    value = _intercept(total)
    low, high = jackknife(torch.stack([_intercept(total - group) for group in sums]), float(value))
    how = f"jackknife over {GROUPS} groups of images, the line fitted again"
    return {"is_infinity": Measured(float(value), low=low, high=high, interval=how)}


def _sums(rows: Float[Tensor, "n k"], sizes: Sequence[int]) -> Float[Tensor, "g s k2"]:
    """All that the scores need of the first images of each size, by group of images.

    Returns:
        For each group and size: how many images, the sum of p log p, and the sum of p for each class.
    """
    count = len(rows)
    sums = torch.zeros(GROUPS, len(sizes), rows.shape[1] + 2, dtype=torch.float64)
    order = torch.arange(count)
    step = torch.bucketize(order, torch.tensor(sizes), right=True)
    for block in order.split(BLOCK_ROWS):
        part = rows[block].double()
        entropies = torch.xlogy(part, part).sum(dim=1, keepdim=True)
        facts = torch.cat([torch.ones_like(entropies), entropies, part], dim=1)
        sums.index_put_((block % GROUPS, step[block]), facts, accumulate=True)
    return sums.cumsum(dim=1)


def _intercept(sums: Float[Tensor, "s k2"]) -> Float[Tensor, ""]:
    """Where the line through the scores of all sizes ends.

    The logarithm of a score is the entropy of the mean probabilities, less the mean of the entropies.
    """
    sizes, entropies, classes = sums[:, 0], sums[:, 1], sums[:, 2:]
    marginals = classes / sizes[:, None]
    scores = (entropies / sizes - torch.xlogy(marginals, marginals).sum(dim=1)).exp()
    return intercept_weights(sizes.tolist()) @ scores
