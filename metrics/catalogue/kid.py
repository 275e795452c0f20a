"""Kernel Inception Distance: the maximum mean discrepancy of two sets in the features of the 2015 Inception.

Bińkowski, Sutherland, Arbel, Gretton: Demystifying MMD GANs, ICLR 2018, arXiv:1801.01401.

It is unbiased on few images, and may therefore be slightly negative. It does not tell fidelity from
diversity, and its spread over overlapping subsets is not a standard error.
"""

import math

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.kernels import polynomial_discrepancies
from metrics.statistics.resampling import normal_interval

INTERVAL = "jackknife over images"


@register(
    name="kid",
    title="Kernel Inception Distance",
    paper="arXiv:1801.01401",
    selections={"paper"},
    extractor="inception_v3",
    quantities=[
        Quantity(
            "kid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="kernel_distance",
            generic_title="Kernel distance",
        ),
        Quantity(
            "kid_full",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            title="Kernel Inception Distance, all images at once",
            generic="kernel_distance_full",
            generic_title="Kernel distance, all images at once",
        ),
    ],
)
def kid(
    reference: Features,
    generated: Features,
    *,
    subsets: int = 100,
    subset_size: int = 1000,
    degree: int = 3,
    seed: int = 0,
) -> dict[str, Measured]:
    """Unbiased squared MMD with the kernel (x·y/d + 1)^degree: mean over subsets; of all images.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        subsets: number of random subsets.
        subset_size: images of each set in a subset; made smaller, with a note, where a set has fewer.
        degree: degree of the kernel.
        seed: fixes the subsets.

    Returns:
        `kid` with the standard deviation (ddof 0) over subsets, as it is usually reported; `kid_full`, which
        draws no subsets and is therefore the less noisy. The intervals come from a jackknife over images.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than three images.

    Source: Bińkowski et al. 2018, section 4; checked against torch-fidelity and torchmetrics.
    """
    size = min(subset_size, reference.count, generated.count)
    found = polynomial_discrepancies(
        generated.values, reference.values, subsets=subsets, subset_size=size, degree=degree, seed=seed
    )
    notes = () if size == subset_size else (_shrink_note(subset_size, size),)
    mean, spread = float(found.subsets.mean()), float(found.subsets.std(correction=0))
    # The subsets add noise of their own to that of the images.
    low, high = normal_interval(mean, math.hypot(found.error, spread / math.sqrt(subsets)))
    all_low, all_high = normal_interval(found.full, found.error)
    drawn = size < max(reference.count, generated.count)  # else each subset is the whole of both sets
    return {
        "kid": Measured(mean, spread if drawn else None, low, high, notes, INTERVAL),
        "kid_full": Measured(found.full, None, all_low, all_high, (), INTERVAL),
    }


def _shrink_note(asked: int, size: int) -> str:
    return f"Subsets hold {size:,} images instead of {asked:,}, because a set has no more."
