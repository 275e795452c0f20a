"""FID at endlessly many images: the Fréchet Inception Distance without the bias of few generated images.

Chong, Forsyth: Effectively Unbiased FID and Inception Score and Where to Find Them, CVPR 2020,
arXiv:1911.07023.

Only the generated set's bias is taken away, not that of a small reference; the line over 1 / n holds for
thousands of images, so with few of them the value is noisy and may be negative. It is blind to what FID is.
"""

import math
from typing import Annotated

from metrics.evidence.kinds import Features, Moments
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.extrapolation import image_weights, intercept_weights, subset_sizes
from metrics.statistics.frechet_influence import influences
from metrics.statistics.nested_frechet import nested_distances
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import normal_interval

ENOUGH_IMAGES = 5000


@register(
    name="fid_infinity",
    title="FID∞",
    paper="arXiv:1911.07023",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "fid_infinity",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="frechet_distance_infinity",
            generic_title="Fréchet distance at endlessly many images",
        )
    ],
    selections={"paper"},
)
def fid_infinity(
    reference: Moments,
    generated: Features,
    generated_moments: Moments,
    *,
    points: Annotated[int, Range(2)] = 15,
    smallest: Annotated[int, Range(2)] = 5000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Intercept of the least-squares line through FID of n generated images over 1 / n.

    The sets of n images are the first of one random order, so that all of them share their sums.

    Args:
        reference: moments of the real images' features, d dimensions.
        generated: features of the generated images (m, d).
        generated_moments: their moments.
        points: number of sizes n, from `smallest` to m in equal steps.
        smallest: the least n; a tenth of m where there are fewer than ten times as many images.
        seed: fixes the order.

    Returns:
        `fid_infinity`; it may be negative.

    Raises:
        EvidenceMismatchError: the evidence comes from different extractors or protocols.
        TooFewSamplesError: too few generated images for so many sizes.

    Source: Chong and Forsyth 2020, section 4; checked against the line through distances one by one.
    """
    sizes = subset_sizes(generated.count, points, smallest)
    weights = intercept_weights(sizes)
    value = float(weights @ nested_distances(shuffled(generated.values, seed), sizes, reference))
    own, others = influences(generated_moments, reference)
    # Each image counts as often as there are sizes that hold it; the reference counts once, as in FID.
    spread = image_weights(sizes, weights).square().sum()
    variance = float(own.var() * spread) if own is not None else 0.0
    variance += float(others.var()) / reference.count if others is not None else 0.0
    low, high = normal_interval(value, math.sqrt(variance))
    notes = () if generated.count > ENOUGH_IMAGES else (_few_note(generated.count),)
    return {
        "fid_infinity": Measured(value, low=low, high=high, notes=notes, interval="delta method over images")
    }


def _few_note(count: int) -> str:
    return (
        f"Extrapolated from {count:,} images: at no more than {ENOUGH_IMAGES:,} the line over 1 / n does not "
        "hold well, and the interval does not know it."
    )
