"""PRD: precision and recall of the generated distribution over clusters of images, as a curve of trade-offs.

Sajjadi, Bachem, Lucic, Bousquet, Gelly: Assessing Generative Models via Precision and Recall, NeurIPS 2018,
arXiv:1806.00035.

It sees only which cluster an image falls into, so images that are bad in the same way everywhere form no
cluster of their own; the two numbers sum a curve up; and sets of unlike size are cut to the smaller.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.chance import random_state
from metrics.statistics.clusters import kmeans, nearest_centre
from metrics.statistics.counts import require_images
from metrics.statistics.ordering import shuffled
from metrics.statistics.prd_curves import best_f_score, trade_off
from metrics.statistics.resampling import normal_interval

CLUSTERED_IMAGES = 1000
BETA = 8.0
RESAMPLES, DRAWN_TOGETHER = 200, 20


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
    found = [kmeans(union, clusters, seed=seed + run).centres for run in range(runs)]
    members = [torch.stack([nearest_centre(values, centres) for centres in found]) for values in (real, made)]
    everything = torch.ones(1, count)
    values = _scores(*(_shares(own, everything, clusters) for own in members))[0]
    draws = torch.cat([_scores(*shares) for shares in _resampled(members, count, clusters, seed)])
    how = f"bootstrap over images, {RESAMPLES} resamples, the clusters as they are"
    measured = {}
    spreads = draws.std(dim=0).tolist()
    for name, value, spread in zip(("prd_recall", "prd_precision"), values.tolist(), spreads, strict=True):
        # Resampled shares are rougher, which lowers F: only how far the draws lie apart tells of the images.
        low, high = normal_interval(value, spread)
        measured[name] = Measured(value, low=max(0.0, low), high=min(1.0, high), interval=how)
    return measured


def _scores(real: Float[Tensor, "b runs k"], made: Float[Tensor, "b runs k"]) -> Float[Tensor, "b 2"]:
    """F8 and F1/8 of the curve averaged over runs."""
    precisions, recalls = (curve.mean(dim=1) for curve in trade_off(real, made))
    return torch.stack([best_f_score(precisions, recalls, beta) for beta in (BETA, 1 / BETA)], dim=1)


def _resampled(
    members: Sequence[Int[Tensor, "runs n"]], count: int, clusters: int, seed: int
) -> Iterator[list[Float[Tensor, "b runs k"]]]:
    """Shares of images drawn with replacement, `RESAMPLES` times in all: the same images in every run."""
    chance = random_state(seed)
    for _ in range(RESAMPLES // DRAWN_TOGETHER):
        yield [_shares(own, _times_drawn(chance, count), clusters) for own in members]


def _times_drawn(chance: np.random.RandomState, count: int) -> Float[Tensor, "b n"]:
    drawn = torch.from_numpy(chance.randint(count, size=(DRAWN_TOGETHER, count)))
    return torch.zeros(drawn.shape).scatter_add_(1, drawn, torch.ones(drawn.shape))


def _shares(
    members: Int[Tensor, "runs n"], times: Float[Tensor, "b n"], clusters: int
) -> Float[Tensor, "b runs k"]:
    """Share of each cluster in each run, where each image counts so many times."""
    sums = torch.zeros(len(times), len(members), clusters, dtype=torch.float64)
    for run, own in enumerate(members):
        sums[:, run].index_add_(1, own, times.double())
    return sums / members.shape[1]
