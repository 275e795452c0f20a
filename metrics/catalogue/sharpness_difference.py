"""Sharpness difference: how alike the gradients of generated images and of real ones are, in decibels.

Mathieu, Couprie, LeCun: Deep multi-scale video prediction beyond mean square error, ICLR 2016, section 3.2,
arXiv:1511.05440.

It notices lost and added sharpness alike, and an edge that has moved counts as both. It is made for a
reconstruction beside its original: say so with `pairing`. Nothing is said of what is missing.
"""

import math

from metrics.evidence.kinds import Images
from metrics.images.pairing import pairs_of
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.resampling import mean_interval
from metrics.statistics.structural import WHITE, decibels, gradient_errors


@register(
    name="sharpness_difference",
    title="Sharpness difference",
    paper="arXiv:1511.05440",
    quantities=[Quantity("sharpness_difference", better="higher", ideal=math.inf, senses={"fidelity"})],
)
def sharpness_difference(
    reference: Images, generated: Images, *, pairing: str = "nearest", images: int = 1000, seed: int = 0
) -> dict[str, Measured]:
    """10 log10(1 / g) in dB, g being the mean difference of |dx| + |dy| over all pairs, grey values 0 to 1.

    The paper's max² / g depends on the unit of grey values; with the range from 0 to 1 it is this. The
    gradients are differences to the pixel before.

    Args:
        reference: real images, all of one size.
        generated: generated images of that size.
        pairing: "nearest": each generated image and the real one nearest to it in pixels; "position": images
            at the same place of two equally large sets.
        images: most images used of either set.
        seed: fixes which.

    Returns:
        `sharpness_difference` in dB, infinite if all gradients are equal; its interval is that of the mean.

    Raises:
        InvalidEvidenceError: images of different sizes; by position, sets that don't match.
        InvalidSettingError: there is no such pairing.
        TooFewSamplesError: a set has fewer than two images.

    Source: Mathieu et al. 2016, equation 11; checked by hand.
    """
    pairs = pairs_of(reference, generated, pairing=pairing, limit=images, seed=seed)
    errors = gradient_errors(pairs.real, pairs.made) / WHITE
    low, high = mean_interval(errors)
    found = Measured(
        decibels(float(errors.mean()), 1.0),
        low=decibels(high, 1.0),
        high=decibels(low, 1.0),
        notes=pairs.notes,
        interval="mean gradient error over pairs",
    )
    return {"sharpness_difference": found}
