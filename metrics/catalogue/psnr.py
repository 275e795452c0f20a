"""PSNR: how small the error of grey values is between generated images and real ones, in decibels.

Mathieu, Couprie, LeCun: Deep multi-scale video prediction beyond mean square error, ICLR 2016, section 3.2,
arXiv:1511.05440.

A blurred image has less error than a sharp one that is slightly moved. It is made for a reconstruction beside
its original: say so with `pairing`. Otherwise copying does best, and nothing is said of what is missing.
"""

import math

from metrics.evidence.kinds import Images
from metrics.images.pairing import pairs_of
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.resampling import mean_interval
from metrics.statistics.structural import decibels, squared_errors


@register(
    name="psnr",
    title="Peak signal-to-noise ratio",
    paper="arXiv:1511.05440",
    quantities=[Quantity("psnr", better="higher", ideal=math.inf, senses={"fidelity"})],
)
def psnr(
    reference: Images, generated: Images, *, pairing: str = "nearest", images: int = 1000, seed: int = 0
) -> dict[str, Measured]:
    """10 log10(255² / e), e being the mean squared difference of grey values over all pairs, in dB.

    The errors are averaged before the logarithm, so that one identical pair doesn't make the mean infinite.

    Args:
        reference: real images, all of one size.
        generated: generated images of that size.
        pairing: "nearest": each generated image and the real one nearest to it in pixels; "position": images
            at the same place of two equally large sets.
        images: most images used of either set.
        seed: fixes which.

    Returns:
        `psnr` in dB, infinite if all pairs are identical; its interval is that of the mean error.

    Raises:
        InvalidEvidenceError: images of different sizes; by position, sets that don't match.
        InvalidSettingError: there is no such pairing.
        TooFewSamplesError: a set has fewer than two images.

    Source: Mathieu et al. 2016, equation 10; checked against torchmetrics.
    """
    pairs = pairs_of(reference, generated, pairing=pairing, limit=images, seed=seed)
    errors = squared_errors(pairs.real, pairs.made)
    low, high = mean_interval(errors)
    found = Measured(
        decibels(float(errors.mean())),
        low=decibels(high),
        high=decibels(low),
        notes=pairs.notes,
        interval="mean squared error over pairs",
    )
    return {"psnr": found}
