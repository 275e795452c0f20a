"""Realism: how deep inside the real images' manifold of neighbours a generated image lies.

Kynkäänniemi, Karras, Laine, Lehtinen, Aila: Improved Precision and Recall Metric for Assessing Generative
Models, NeurIPS 2019, section 5, arXiv:1904.06991.

It knows nothing of diversity, and the nearer to a training image the more realistic: a copy has no finite
realism. Images in sparse parts of the real set score low however good they are.
"""

import math

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.medians import median_interval
from metrics.statistics.neighbours import radii, shared_pairs
from metrics.statistics.realism import LARGEST_REALISM, realism_scores


@register(
    name="realism",
    title="Realism",
    paper="arXiv:1904.06991",
    quantities=[
        Quantity("realism", better="higher", ideal=math.inf, senses={"fidelity"}, title="Median realism")
    ],
)
def realism(
    reference: Features, generated: Features, *, neighbours: int = 3, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """Max over real y of NN_k(y) / |x - y| for each generated x; the median over them.

    Only real images whose NN_k is below the median count: outliers' wide balls reach across empty space.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        neighbours: k, the image itself not counted.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `realism`, at least 0; at least 1 inside the manifold of the images that count.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: no more than k real images, or fewer than two generated ones.

    Source: Kynkäänniemi et al. 2019, equation 3; checked against numpy.
    """
    memory = int(memory_gib * 2**30)
    scores = realism_scores(shared_pairs(generated, reference, memory), radii(reference, neighbours, memory))
    copies = int((scores >= LARGEST_REALISM).sum())
    low, high = median_interval(scores)
    return {
        "realism": Measured(
            float(scores.quantile(0.5)),
            low=low,
            high=high,
            notes=(f"{copies:,} generated images are copies of real ones.",) if copies else (),
            interval="order statistics of the generated images",
        )
    }
