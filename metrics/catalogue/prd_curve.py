"""PRD: precision and recall of the generated distribution over clusters of images, as a curve of trade-offs.

Sajjadi, Bachem, Lucic, Bousquet, Gelly: Assessing Generative Models via Precision and Recall, NeurIPS 2018,
arXiv:1806.00035.

It sees only which cluster an image falls into, so images that are bad in the same way everywhere form no
cluster of their own; the two numbers sum a curve up; and sets of unlike size are cut to the smaller.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from metrics.registry import Measured, Quantity, register
from metrics.statistics.chance import random_state
from metrics.statistics.clusters import kmeans, nearest_centre
from metrics.statistics.counts import require_images
from metrics.statistics.ordering import shuffled
from metrics.statistics.prd_curves import best_f_score, trade_off
from metrics.statistics.resampling import bootstrap_interval
from metrics.types import Features

CLUSTERED_IMAGES = 1000
BETA = 8.0
RESAMPLES = 200


@register(
    name="prd_curve",
    title="PRD",
    paper="arXiv:1806.00035",
    quantities=[
        Quantity("prd_recall", better="higher", ideal=1.0, senses={"diversity"}, title="PRD recall (F8)"),
        Quantity(
            "prd_precision", better="higher", ideal=1.0, senses={"fidelity"}, title="PRD precision (F1/8)"
        ),
    ],
)
def prd_curve(
    reference: Features, generated: Features, *, clusters: int = 20, runs: int = 10, seed: int = 0
) -> dict[str, Measured]:
    """Largest F8 and F1/8 on the curve of sum min(l p, q) and that over l; p and q are shares of clusters.

    Args:
        reference: features of the real images (n, d); as many as there are generated ones are used.
        generated: features of the generated images (m, d), likewise.
        clusters: number of k-means clusters of both sets together, found on up to 1,000 images each.
        runs: clusterings whose curves are averaged.
        seed: fixes the clusters, the images left out and the resampling.

    Returns:
        `prd_recall` (F8) and `prd_precision` (F1/8) in [0, 1].

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: fewer images than clusters in both sets together, or fewer than two in a set.

    Source: Sajjadi et al. 2018, section 4 and algorithm 1; checked by hand.
    """
    require_images(2, reference, generated)
    count = min(reference.count, generated.count)
    real, made = (shuffled(item.values, seed, limit=count) for item in (reference, generated))
    union = torch.cat([real[:CLUSTERED_IMAGES], made[:CLUSTERED_IMAGES]])
    shares = torch.zeros(2, runs, clusters, dtype=torch.float64)
    for run in range(runs):
        centres = kmeans(union, clusters, seed=seed + run).centres
        for side, values in enumerate((real, made)):
            shares[side, run] = torch.bincount(nearest_centre(values, centres), minlength=clusters) / count
    recall, precision = _scores(shares)
    draws = torch.stack([_scores(again) for again in _resampled(shares, count, seed)])
    how = f"bootstrap over images, {RESAMPLES} resamples, the clusters as they are"
    ends = [bootstrap_interval(draws[:, index]) for index in range(2)]
    # A resampled histogram is rougher, which lowers F: the value itself belongs to its interval.
    return {
        name: Measured(value, low=min(low, value), high=max(high, value), interval=how)
        for name, value, (low, high) in zip(
            ("prd_recall", "prd_precision"), (float(recall), float(precision)), ends, strict=True
        )
    }


def _scores(shares: Float[Tensor, "2 runs k"]) -> Float[Tensor, " 2"]:
    """F8 and F1/8 of the curve averaged over runs."""
    precisions, recalls = (curve.mean(dim=0) for curve in trade_off(shares[0], shares[1]))
    return torch.stack([best_f_score(precisions, recalls, beta) for beta in (BETA, 1 / BETA)])


def _resampled(shares: Float[Tensor, "2 runs k"], count: int, seed: int) -> Float[Tensor, "b 2 runs k"]:
    """Shares of images drawn with replacement, `RESAMPLES` times."""
    drawn = random_state(seed).multinomial
    counts = [
        [[drawn(count, _exact(run)) for run in side] for side in shares.numpy()] for _ in range(RESAMPLES)
    ]
    return torch.tensor(np.array(counts), dtype=torch.float64) / count


def _exact(shares: np.ndarray) -> np.ndarray:
    """Shares that add up to 1 to the last bit, as NumPy asks."""
    exact: np.ndarray = shares / shares.sum()
    return exact
