"""MS-SSIM: how alike images are at several scales; among the generated ones, the less the more diverse.

Odena, Olah, Shlens: Conditional Image Synthesis with Auxiliary Classifier GANs, ICML 2017, section 4.2,
arXiv:1610.09585; the index is that of Wang, Simoncelli, Bovik 2003.

The paper takes pairs within one class: over all classes it is low for most sets. Noise is unlike itself and
so counts as diverse; the real images' own value is the yardstick. Small images have fewer scales.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.evidence.kinds import Images
from metrics.images.pairing import pairs_of, random_pairs, thumbnails
from metrics.images.stacks import chosen, stack_of
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.ordering import seeded_order
from metrics.statistics.resampling import mean_interval, normal_interval, standard_error
from metrics.statistics.structural import fitting_scales, multiscale_similarity


@register(
    name="ms_ssim",
    title="Multi-scale structural similarity",
    paper="arXiv:1610.09585",
    quantities=[
        Quantity(
            "ms_ssim", better="higher", ideal=1.0, senses={"fidelity"}, title="MS-SSIM of generated and real"
        ),
        Quantity(
            "ms_ssim_generated",
            better="lower",
            ideal=-math.inf,
            senses={"diversity"},
            title="MS-SSIM among generated",
        ),
        Quantity(
            "ms_ssim_excess",
            better="lower",
            ideal=0.0,
            senses={"diversity"},
            title="MS-SSIM among generated less that among real",
        ),
    ],
)
def ms_ssim(
    reference: Images,
    generated: Images,
    *,
    pairing: str = "nearest",
    images: int = 1000,
    pairs: int = 1000,
    scales: int = 5,
    seed: int = 0,
) -> dict[str, Measured]:
    """Mean MS-SSIM of generated and real images, and of random pairs within each set.

    Args:
        reference: real images, all of one size.
        generated: generated images of that size.
        pairing: "nearest": each generated image and the real one nearest to it in pixels; "position": images
            at the same place of two equally large sets.
        images: most images used of either set.
        pairs: random pairs within each set.
        scales: how many scales, 1 to 5; fewer are taken where the images are too small for them.
        seed: fixes the images and the pairs.

    Returns:
        `ms_ssim` and `ms_ssim_generated` in [0, 1]; `ms_ssim_excess`, above 0 where the generated images are
        more alike than the real ones. The intervals take pairs for independent.

    Raises:
        InvalidEvidenceError: images of different sizes or below 11 × 11; by position, sets that don't match.
        InvalidSettingError: there is no such pairing.
        TooFewSamplesError: a set has fewer than two images.

    Source: Odena et al. 2017, section 4.2; checked against piq (same window) and torchmetrics (padded edges).
    """
    couples = pairs_of(reference, generated, pairing=pairing, limit=images, seed=seed)
    height, width = couples.made.shape[2:]
    depth = fitting_scales(height, width, scales)
    notes = _small_image_notes(depth, scales, width, height)
    between = multiscale_similarity(couples.real, couples.made, depth)
    within = _within(generated, images, pairs, depth, seed)
    real = _within(reference, images, pairs, depth, seed)
    excess = float(within.mean()) - float(real.mean())
    error = math.hypot(standard_error(within), standard_error(real))
    low, high = normal_interval(excess, error)
    return {
        "ms_ssim": _mean(between, (*couples.notes, *notes), "mean over pairs"),
        "ms_ssim_generated": _mean(
            within,
            (f"Among the real images it is {float(real.mean()):.3f}.", *notes),
            "mean over random pairs",
        ),
        "ms_ssim_excess": Measured(
            excess,
            math.hypot(*(float(values.std(correction=0)) for values in (within, real))),
            low=low,
            high=high,
            notes=notes,
            interval="means over random pairs",
        ),
    }


def _within(images: Images, limit: int, pairs: int, scales: int, seed: int) -> Float[Tensor, " p"]:
    """MS-SSIM of random pairs of a set, which depend on what the images show and not on their order."""
    stack = stack_of(images, chosen(images.count, limit, seed))
    rows = random_pairs(len(stack), pairs, seeded_order(thumbnails(stack), seed))
    return torch.cat(
        [
            multiscale_similarity(stack[block[:, 0]], stack[block[:, 1]], scales)
            for block in torch.split(rows, 256)
        ]
    )


def _mean(values: Float[Tensor, " n"], notes: tuple[str, ...], how: str) -> Measured:
    low, high = mean_interval(values)
    return Measured(
        *(float(values.mean()), float(values.std(correction=0))),
        low=max(0.0, low),
        high=min(1.0, high),
        notes=notes,
        interval=how,
    )


def _small_image_notes(depth: int, wanted: int, width: int, height: int) -> tuple[str, ...]:
    if depth == wanted:
        return ()
    return (
        f"Images of {width} × {height} pixels have room for {depth} of {wanted} scales; values are "
        "comparable at this size only.",
    )
