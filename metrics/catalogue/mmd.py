"""MMD: the maximum mean discrepancy of two sets of features with a Gaussian kernel.

Gretton, Borgwardt, Rasch, Schölkopf, Smola: A Kernel Two-Sample Test, JMLR 13, 2012 (also arXiv:0805.2368).

It does not tell fidelity from diversity, and its size has a meaning only beside values with the same
bandwidth: the median heuristic takes that from the sets at hand, so fix it to compare generators.
"""

import torch

from metrics.errors import InvalidSettingError
from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.gaussian_kernel import gaussian_discrepancy, median_distance
from metrics.statistics.neighbours import shared_pairs
from metrics.statistics.ordering import shuffled
from metrics.statistics.resampling import normal_interval

MEDIAN_OF_IMAGES = 500


@register(
    name="mmd",
    title="Maximum mean discrepancy, Gaussian kernel",
    paper="arXiv:0805.2368",
    quantities=[Quantity("mmd", better="lower", ideal=0.0, senses={"fidelity", "diversity"})],
)
def mmd(
    reference: Features,
    generated: Features,
    *,
    bandwidth: float = 0.0,
    seed: int = 0,
    memory_gib: float = 2.0,
) -> dict[str, Measured]:
    """Unbiased squared MMD with k(x, y) = exp(-|x - y|² / (2 s²)).

    Args:
        reference: features of the real images (n, d).
        generated: features of the generated images (m, d).
        bandwidth: s; 0 takes the median distance among up to 500 images of each set.
        seed: fixes which images that median is of.
        memory_gib: what may be used beside the features, GiB.

    Returns:
        `mmd`, the square; unbiased, and therefore at times slightly negative.

    Raises:
        EvidenceMismatchError: the features come from different extractors or protocols.
        TooFewSamplesError: a set has fewer than two images.
        InvalidSettingError: the bandwidth is negative, or most images are equal and it is 0.

    Source: Gretton et al. 2012, equation 3; checked against numpy and, for normal sets, the closed form.
    """
    require_images(2, reference, generated)
    memory = int(memory_gib * 2**30)
    notes: tuple[str, ...] = ()
    if bandwidth == 0:
        parts = [shuffled(item.values, seed, limit=MEDIAN_OF_IMAGES) for item in (reference, generated)]
        bandwidth = median_distance(torch.cat(parts))
        notes = (
            f"The bandwidth is the sets' own median distance, {bandwidth:.6g}: compare only with the same.",
        )
    if not bandwidth > 0:
        raise InvalidSettingError(
            f"The bandwidth is {bandwidth:g}, as where most images are the same; set one above 0."
        )
    found = gaussian_discrepancy(
        shared_pairs(generated, generated, memory),
        shared_pairs(reference, reference, memory),
        shared_pairs(generated, reference, memory),
        bandwidth=bandwidth,
        biased=False,
    )
    low, high = normal_interval(found.value, found.standard_error)
    return {
        "mmd": Measured(found.value, low=low, high=high, notes=notes, interval="delta method over images")
    }
