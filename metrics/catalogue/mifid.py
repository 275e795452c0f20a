"""MiFID: FID, made worse where generated images are very much like training images.

Bai, Lin, Raffel, Kan: On Training-Sample Memorization: Lessons from Benchmarking Generative Modeling with a
Large-scale Competition, KDD 2021, arXiv:2106.03062.

The penalty is a mean over images and sets in below a threshold only: some copies among many new images go
unnoticed, and what FID doesn't see MiFID doesn't either.
"""

from typing import Annotated

from metrics.evidence.kinds import Features, Moments
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.cosine import nearest_cosine_distances
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.frechet_influence import frechet_interval
from metrics.statistics.neighbours import shared_pairs

ROUNDING = 1e-9
SMALLEST_DISTANCE = 1e-14


@register(
    name="mifid",
    title="Memorization-informed FID",
    paper="arXiv:2106.03062",
    extractor="inception_v3",
    quantities=[
        Quantity(
            "mifid",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity", "novelty"},
            generic="memorization_informed_frechet_distance",
            generic_title="Memorization-informed Fréchet distance",
        )
    ],
)
def mifid(
    reference: Features,
    generated: Features,
    reference_moments: Moments,
    generated_moments: Moments,
    *,
    threshold: Annotated[float, Range(0)] = 0.1,
    memory_gib: float = 2.0,
) -> dict[str, Measured]:
    """FID / s; s is the mean of min 1 - |cos(x, y)| over generated x if that is below the threshold, else 1.

    Args:
        reference: features of the training images (n, d); all-zero rows have no angle and do not count.
        generated: features of the generated images (m, d).
        reference_moments: moments of the training images' features.
        generated_moments: moments of the generated images' features.
        threshold: mean distance from which nothing is taken to be memorised; 0.1 is for pool3 of Inception.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `mifid`, at least 0, and at least FID. The training set itself gives 1e5 times the sum of the traces.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        InvalidEvidenceError: all features of a set are zero.

    Source: Bai et al. 2021, section 4; checked against torchmetrics, which averages over real images instead.
    """
    pairs = shared_pairs(generated, reference, int(memory_gib * 2**30))
    closeness = float(nearest_cosine_distances(pairs).mean())
    memorised = closeness < threshold
    distance = frechet_distance(reference_moments, generated_moments)
    smallest = ROUNDING * (reference_moments.trace + generated_moments.trace)
    if distance < smallest:
        # Of the training set itself distance and penalty are 0: copies must not come out as perfect.
        distance = smallest if memorised else 0.0
    penalty = closeness + SMALLEST_DISTANCE if memorised else 1.0
    low, high, how = frechet_interval(reference_moments, generated_moments, distance)
    return {
        "mifid": Measured(
            distance / penalty,
            low=low / penalty,
            high=high / penalty,
            notes=(
                f"The mean distance to the nearest training image, {closeness:.4g}, is below the threshold.",
            )
            if memorised
            else (),
            interval=f"{how}, the penalty as it is",
        )
    }
