"""sFID: how far apart two sets are as Gaussians in spatial features of the 2015 Inception.

Nash, Menick, Dieleman, Battaglia: Generating Images with Sparse Representations, ICML 2021, arXiv:2103.03841.

It weighs layout more than FID does, and is as blind to what the first two moments don't hold. It looks at 7
channels of 17 × 17 places only, and is biased upwards on few images.
"""

from typing import Annotated

from metrics.evidence.kinds import Moments
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_influence import few_images_notes, frechet_interval


@register(
    name="sfid",
    title="Spatial Fréchet Inception Distance",
    paper="arXiv:2103.03841",
    extractor="inception_v3",
    output="spatial",
    quantities=[
        Quantity(
            "sfid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="spatial_frechet_distance",
            generic_title="Spatial Fréchet distance",
        )
    ],
    selections={"paper"},
)
def sfid(
    reference: Moments, generated: Moments, *, ddof: Annotated[int, Range(0, 1)] = 1
) -> dict[str, Measured]:
    """Fréchet distance |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^(1/2)) between two sets of spatial features.

    Args:
        reference: moments of the real images' spatial features, 2,023 dimensions.
        generated: moments of the generated images' spatial features.
        ddof: 1 for unbiased covariances, 0 for those divided by n.

    Returns:
        `sfid`, at least 0; 0 for equal moments.

    Raises:
        EvidenceMismatchError: the moments come from different extractors, outputs or protocols.

    Source: Nash et al. 2021, section 5, with ADM's slice of `mixed_6`; checked against SciPy.
    """
    value = max(0.0, frechet_distance(reference, generated, ddof=ddof))
    low, high, how = frechet_interval(reference, generated, value)
    notes = few_images_notes(reference, generated)
    return {"sfid": Measured(value, low=low, high=high, notes=notes, interval=how)}
