"""Fréchet Inception Distance: how far apart two sets are as Gaussians in the features of the 2015 Inception.

Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: GANs Trained by a Two Time-Scale Update Rule Converge to a
Local Nash Equilibrium, NeurIPS 2017, arXiv:1706.08500.

It does not tell fidelity from diversity, sees only the first two moments, follows ImageNet's classes, and is
biased upwards on few images: values at different counts, or under different protocols, can't be compared.
"""

from typing import Annotated

from metrics.evidence.kinds import Moments
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_influence import few_images_notes, frechet_interval


@register(
    name="fid",
    title="Fréchet Inception Distance",
    paper="arXiv:1706.08500",
    selections={"paper"},
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
def fid(
    reference: Moments, generated: Moments, *, ddof: Annotated[int, Range(0, 1)] = 1
) -> dict[str, Measured]:
    """Fréchet distance |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^(1/2)) between two sets of features.

    Args:
        reference: moments of the real images' features, d dimensions.
        generated: moments of the generated images' features, d dimensions.
        ddof: 1 for unbiased covariances; 0 for those that StyleGAN's code takes.

    Returns:
        `fid`, at least 0; 0 for equal moments; with an interval by the delta method, that knows nothing of
        the bias.

    Raises:
        EvidenceMismatchError: the moments come from different extractors or protocols.

    Source: Heusel et al. 2017, section 3; checked against pytorch-fid, torch-fidelity and torchmetrics.
    """
    # Only rounding makes the distance negative, at most in the last digits.
    distance = max(0.0, frechet_distance(reference, generated, ddof=ddof))
    low, high, interval = frechet_interval(reference, generated, distance)
    notes = few_images_notes(reference, generated)
    return {"fid": Measured(distance, low=low, high=high, notes=notes, interval=interval)}
