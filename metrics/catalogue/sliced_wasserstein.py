"""Sliced Wasserstein distance: how far two sets' features are apart, averaged over directions.

Bonneel, Rabin, Peyré, Pfister: Sliced and Radon Wasserstein Barycenters of Measures, Journal of Mathematical
Imaging and Vision 51, 2015; for generators Deshpande, Zhang, Schwing 2018, arXiv:1803.11188.

It does not tell fidelity from diversity, is biased upwards on few images, and along most directions of a
large space all sets look alike: compare values of equally many images only.
"""

import math

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.resampling import normal_interval
from metrics.statistics.sliced import sliced_distance


@register(
    name="sliced_wasserstein",
    title="Sliced Wasserstein distance",
    paper="arXiv:1803.11188",
    quantities=[Quantity("sliced_wasserstein", better="lower", ideal=0.0, senses={"fidelity", "diversity"})],
)
def sliced_wasserstein(
    reference: Features, generated: Features, *, directions: int = 256, seed: int = 0
) -> dict[str, Measured]:
    """Root of the mean over directions of the squared 2-Wasserstein distance of the projections.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        directions: how many directions, uniform on the sphere.
        seed: fixes them.

    Returns:
        `sliced_wasserstein`, at least 0, in the unit of the features.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Bonneel et al. 2015, section 3; checked against SciPy and, for normal sets, the closed form.
    """
    require_images(2, reference, generated)
    square, error = sliced_distance(generated.values, reference.values, directions=directions, seed=seed)
    low, high = (math.sqrt(max(0.0, end)) for end in normal_interval(square, error))
    return {
        "sliced_wasserstein": Measured(
            math.sqrt(square), low=low, high=high, interval="delta method over images, on the square"
        )
    }
