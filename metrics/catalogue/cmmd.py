"""CMMD: the maximum mean discrepancy of two sets of CLIP embeddings with a wide Gaussian kernel.

Jayasumana, Ramalingam, Veit, Glasner, Chakrabarti, Kumar: Rethinking FID: Towards a Better Evaluation Metric
for Image Generation, CVPR 2024, arXiv:2401.09603.

It does not tell fidelity from diversity, follows what CLIP was trained to see, and is biased upwards on few
images, by about 1000 (1/n + 1/m) times the mean distance that the kernel leaves.
"""

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.cosine import UnitPairs
from metrics.statistics.counts import require_images
from metrics.statistics.gaussian_kernel import gaussian_discrepancy
from metrics.statistics.neighbours import shared_pairs
from metrics.statistics.resampling import normal_interval

SCALE = 1000


@register(
    name="cmmd",
    title="CLIP maximum mean discrepancy",
    paper="arXiv:2401.09603",
    extractor="clip_vitl14_336",
    quantities=[
        Quantity(
            "cmmd",
            better="lower",
            ideal=0.0,
            senses={"fidelity", "diversity"},
            generic="unit_mmd",
            generic_title="Maximum mean discrepancy of unit features",
        )
    ],
)
def cmmd(
    reference: Features, generated: Features, *, bandwidth: float = 10.0, memory_gib: float = 2.0
) -> dict[str, Measured]:
    """1000 × the biased squared MMD of features divided by their length, k(x, y) = exp(-|x - y|² / (2 s²)).

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        bandwidth: s, above 0.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `cmmd`, at least 0.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.

    Source: Jayasumana et al. 2024, section 4; checked against numpy.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    pairs = ((generated, generated), (reference, reference), (generated, reference))
    found = gaussian_discrepancy(
        *(UnitPairs(shared_pairs(one, other, memory)) for one, other in pairs),
        bandwidth=bandwidth,
        biased=True,
    )
    value = max(0.0, SCALE * found.value)  # only rounding makes it negative
    low, high = normal_interval(value, SCALE * found.standard_error)
    return {"cmmd": Measured(value, low=max(0.0, low), high=high, interval="delta method over images")}
