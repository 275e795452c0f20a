"""Kernel Inception Distance: the maximum mean discrepancy of two sets in the features of the 2015 Inception.

Bińkowski, Sutherland, Arbel, Gretton: Demystifying MMD GANs, ICLR 2018, arXiv:1801.01401.

It is unbiased on few images, and may therefore be slightly negative. It does not tell fidelity from
diversity, and its spread over overlapping subsets is not a standard error.
"""

from metrics.registry import Measured, Quantity, register
from metrics.statistics.kernels import polynomial_discrepancies
from metrics.types import Features


@register(
    name="kid",
    title="Kernel Inception Distance",
    paper="arXiv:1801.01401",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "kid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="kernel_distance",
            generic_title="Kernel distance",
        )
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
    """Mean over subsets of the unbiased squared MMD with the kernel (x·y/d + 1)^degree.

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        subsets: number of random subsets.
        subset_size: images of each set in a subset; made smaller, with a note, where a set has fewer.
        degree: degree of the kernel.
        seed: fixes the subsets.

    Returns:
        `kid` with the standard deviation (ddof 0) over subsets.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Bińkowski et al. 2018, section 4; checked against torch-fidelity and torchmetrics.
    """
    size = min(subset_size, reference.count, generated.count)
    found = polynomial_discrepancies(
        generated.values, reference.values, subsets=subsets, subset_size=size, degree=degree, seed=seed
    )
    notes = () if size == subset_size else (_shrink_note(subset_size, size),)
    return {
        "kid": Measured(float(found.subsets.mean()), std=float(found.subsets.std(correction=0)), notes=notes)
    }


def _shrink_note(asked: int, size: int) -> str:
    return f"Subsets hold {size:,} images instead of {asked:,}, because a set has no more."
