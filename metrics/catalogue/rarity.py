"""Rarity: in how sparse a part of the real images' manifold the generated images lie.

Han, Choi, Choi, Kim, Ha, Choi: Rarity Score: A New Metric to Evaluate the Uncommonness of Synthesized Images,
ICLR 2023, arXiv:2206.08549.

It says nothing of images outside the manifold, for which it is undefined: read it beside precision. Noise
that stays inside raises it; a generator is not better for being rare. It has the unit of the features.
"""

import math

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.neighbours import radii, shared_pairs
from metrics.statistics.realism import rarity_scores
from metrics.statistics.resampling import mean_interval


@register(
    name="rarity",
    title="Rarity",
    paper="arXiv:2206.08549",
    quantities=[
        Quantity(
            "rarity",
            better="higher",
            ideal=math.inf,
            judges="how uncommon images are among the real ones",
            title="Mean rarity",
        )
    ],
)
def rarity(
    reference: Features, generated: Features, *, neighbours: int = 3, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """Smallest NN_k(y) of the real y with |x - y| <= NN_k(y), averaged over the generated x that have one.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        neighbours: k, the image itself not counted.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `rarity`, at least 0; a note says how many images lie outside the manifold and do not count.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: no more than k real images, or fewer than two generated ones inside the manifold.

    Source: Han et al. 2023, definition 1; checked against numpy.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    scores = rarity_scores(shared_pairs(generated, reference, memory), radii(reference, neighbours, memory))
    # The paper's code gives images outside 0, which would make a mean of all images worthless.
    inside = scores[scores.isfinite()]
    if len(inside) < 2:
        raise TooFewSamplesError(
            f"Only {len(inside)} of {generated.count} generated images lie inside the real images' manifold, "
            "and rarity is undefined outside; look at precision, or give more images."
        )
    low, high = mean_interval(inside)
    outside = generated.count - len(inside)
    notes = (f"{outside:,} of {generated.count:,} images lie outside the manifold and have no rarity.",)
    return {
        "rarity": Measured(
            float(inside.mean()),
            low=low,
            high=high,
            notes=notes if outside else (),
            interval="normal, over generated images inside the manifold",
        )
    }
