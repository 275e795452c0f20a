"""AuthPct: the percentage of generated images that are farther from a training image than its neighbours are.

Alaa, van Breugel, Saveliev, van der Schaar: How Faithful is your Synthetic Data? Sample-level Metrics for
Evaluating and Auditing Generative Models, ICML 2022, section 4, arXiv:2102.08921.

It is not near 100 for a perfect generator: new images from the training distribution itself are near 50, so
less than that points to copying and more to images that are just bad. It does not measure fidelity.
"""

import math

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.neighbours import neighbour_table
from metrics.statistics.shared_neighbours import HOW, linked_share_interval

NULL_NOTE = (
    "New real images score near 50: below is a sign of copying, far above one of images unlike real ones."
)


@register(
    name="authpct",
    title="AuthPct",
    paper="arXiv:2102.08921",
    quantities=[
        Quantity("authpct", better="higher", ideal=math.inf, senses={"novelty"}, title="Authentic images (%)")
    ],
)
def authpct(reference: Features, generated: Features, *, memory_gib: float = 2.0) -> dict[str, Measured]:
    """100 × share of generated x with |x - y| > NN_1(y), y being the training image nearest to x.

    Args:
        reference: features of the training images (n, d).
        generated: features of the generated images (m, d).
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `authpct` in [0, 100]: 0 for copies.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Alaa et al. 2022, section 4; checked against numpy.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    own = neighbour_table(reference, reference, 1, memory)
    table = neighbour_table(generated, reference, 1, memory)
    original = table.indices[:, 0]
    authentic = (own.distances[original, 0] < table.distances[:, 0]).double()
    low, high = linked_share_interval(authentic, original, own.indices[:, 0])
    return {
        "authpct": Measured(
            100 * float(authentic.mean()),
            low=100 * low,
            high=100 * high,
            notes=(NULL_NOTE,),
            interval=HOW,
        )
    }
