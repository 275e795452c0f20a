"""Fréchet Inception Distance: how far apart two sets are as Gaussians in the features of the 2015 Inception.

Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: GANs Trained by a Two Time-Scale Update Rule Converge to a
Local Nash Equilibrium, NeurIPS 2017, arXiv:1706.08500.

It does not tell fidelity from diversity, sees only the first two moments, follows ImageNet's classes, and is
biased upwards on few images: values at different counts, or under different protocols, can't be compared.
"""

from metrics.registry import Measured, Quantity, register
from metrics.statistics.frechet import frechet_distance
from metrics.types import Moments

ENOUGH_IMAGES = 2048


@register(
    name="fid",
    title="Fréchet Inception Distance",
    paper="arXiv:1706.08500",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "fid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="frechet_distance",
            generic_title="Fréchet distance",
        )
    ],
)
def fid(reference: Moments, generated: Moments) -> dict[str, Measured]:
    """Fréchet distance |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^(1/2)) between two sets of features.

    Args:
        reference: moments of the real images' features, d dimensions.
        generated: moments of the generated images' features, d dimensions.

    Returns:
        `fid`, at least 0; 0 for equal moments.

    Raises:
        EvidenceMismatchError: the moments come from different extractors or protocols.

    Source: Heusel et al. 2017, section 3; checked against pytorch-fid, torch-fidelity and torchmetrics.
    """
    count = min(reference.count, generated.count)
    notes = () if count >= ENOUGH_IMAGES else (_bias_note(count),)
    # Only rounding makes the distance negative, at most in the last digits.
    return {"fid": Measured(max(0.0, frechet_distance(reference, generated)), notes=notes)}


def _bias_note(count: int) -> str:
    return (
        f"Computed from {count:,} images: below {ENOUGH_IMAGES:,} a Fréchet distance is biased upwards; "
        "compare it only with values from equally many images."
    )
