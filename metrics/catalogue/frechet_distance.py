"""FD-DINOv2: how far apart two sets are as Gaussians in the features of DINOv2, or of any other extractor.

Stein, Cresswell, Hosseinzadeh, Sui, Ross, Villecroze, Liu, Caterini, Taylor, Loaiza-Ganem: Exposing flaws of
generative model evaluation metrics and their unfair treatment of diffusion models, NeurIPS 2023,
arXiv:2306.04675.

Its values agree with people better than FID's, but it does not tell fidelity from diversity, sees only the
first two moments, and is biased upwards on few images. Values in different features can't be compared.
"""

from typing import Annotated

from metrics.evidence.kinds import Moments
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.frechet import frechet_distance as distance_of
from metrics.statistics.frechet_influence import few_images_notes, frechet_interval


@register(
    name="frechet_distance",
    title="Fréchet distance in DINOv2",
    paper="arXiv:2306.04675",
    extractor="dinov2_vitl14",
    quantities=[
        Quantity(
            "fd_dinov2",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="fd",
            generic_title="Fréchet distance",
        )
    ],
    selections={"paper"},
)
def frechet_distance(
    reference: Moments, generated: Moments, *, ddof: Annotated[int, Range(0, 1)] = 1
) -> dict[str, Measured]:
    """Fréchet distance |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^(1/2)) between two sets of features.

    Args:
        reference: moments of the real images' features, d dimensions.
        generated: moments of the generated images' features, d dimensions.
        ddof: 1 for unbiased covariances, 0 for those divided by n.

    Returns:
        `fd_dinov2`, or `fd_` and the name of another extractor: at least 0; 0 for equal moments.

    Raises:
        EvidenceMismatchError: the moments come from different extractors or protocols.

    Source: Stein et al. 2023, section 3; checked against SciPy.
    """
    value = max(0.0, distance_of(reference, generated, ddof=ddof))
    low, high, how = frechet_interval(reference, generated, value)
    notes = few_images_notes(reference, generated)
    return {"fd_dinov2": Measured(value, low=low, high=high, notes=notes, interval=how)}
