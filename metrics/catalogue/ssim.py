"""SSIM: how alike generated images and real ones are in local luminance, contrast and structure.

Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to Structural Similarity,
IEEE Transactions on Image Processing 2004, doi:10.1109/TIP.2003.819861.

It is made for a reconstruction beside its original: say so with `pairing`. Otherwise each generated image is
held against the nearest real one, where copying does best, and nothing is said of what is missing.
"""

from metrics.evidence.kinds import Images
from metrics.images.pairing import pairs_of
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.resampling import mean_interval
from metrics.statistics.structural import structural_similarity


@register(
    name="ssim",
    title="Structural similarity",
    paper="doi:10.1109/TIP.2003.819861",
    quantities=[Quantity("ssim", better="higher", ideal=1.0, senses={"fidelity"})],
)
def ssim(
    reference: Images, generated: Images, *, pairing: str = "nearest", images: int = 1000, seed: int = 0
) -> dict[str, Measured]:
    """Mean SSIM over pairs of a generated and a real image; a window of 11 × 11, within the image only.

    Args:
        reference: real images, all of one size.
        generated: generated images of that size.
        pairing: "nearest": each generated image and the real one nearest to it in pixels; "position": images
            at the same place of two equally large sets.
        images: most images used of either set.
        seed: fixes which.

    Returns:
        `ssim` in [-1, 1], with the interval of a mean over pairs; 1 if all pairs are identical.

    Raises:
        InvalidEvidenceError: images of different sizes or below 11 × 11; by position, sets that don't match.
        InvalidSettingError: there is no such pairing.
        TooFewSamplesError: a set has fewer than two images.

    Source: Wang et al. 2004, equation 13; checked against piq (same window) and torchmetrics (padded edges).
    """
    pairs = pairs_of(reference, generated, pairing=pairing, limit=images, seed=seed)
    values = structural_similarity(pairs.real, pairs.made)
    low, high = mean_interval(values)
    found = Measured(
        *(float(values.mean()), float(values.std(correction=0))),
        low=max(-1.0, low),
        high=min(1.0, high),
        notes=pairs.notes,
        interval="mean over pairs",
    )
    return {"ssim": found}
