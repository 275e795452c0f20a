"""LPIPS diversity: the mean perceptual distance between two of the generated images.

Zhu, Zhang, Pathak, Darrell, Efros, Wang, Shechtman: Toward Multimodal Image-to-Image Translation, NeurIPS
2017, section 5, arXiv:1711.11586; the distance is that of Zhang et al. 2018, arXiv:1801.03924.

It never looks at real images: noise is more diverse than they are, so a real set's own value is the
yardstick. Distances are taken on small images, and the mean says nothing of modes that are missing.
"""

import math

import torch

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.counts import require_images
from metrics.statistics.distances import squared_norms
from metrics.statistics.resampling import mean_interval

BLOCK_ROWS = 256


@register(
    name="lpips_diversity",
    title="LPIPS diversity",
    paper="arXiv:1711.11586",
    extractor="lpips_alex",
    quantities=[
        Quantity(
            "lpips_diversity",
            better="higher",
            ideal=math.inf,
            senses={"diversity"},
            generic="mean_squared_distance",
            generic_title="Mean squared distance between generated images",
        )
    ],
)
def lpips_diversity(generated: Features) -> dict[str, Measured]:
    """Mean of |x_i - x_j|² over all pairs of different images: LPIPS, for the features of `lpips_alex`.

    The mean over all n (n - 1) / 2 pairs is 2 Σ |x_i - mean|² / (n - 1), so no pair is ever formed.

    Args:
        generated: features of the generated images (n, d).

    Returns:
        `lpips_diversity`, at least 0.

    Raises:
        TooFewSamplesError: fewer than two images.

    Source: Zhu et al. 2017, section 5.2, over all pairs instead of some; checked against all pairs.
    """
    require_images(2, generated)
    mean = generated.values.mean(dim=0, dtype=torch.float64)
    # In blocks: a perceptual feature vector is long, and all of them in float64 would be large.
    spread = torch.cat([squared_norms(block - mean) for block in generated.values.split(BLOCK_ROWS)])
    scaled = 2 * spread * generated.count / (generated.count - 1)
    low, high = mean_interval(scaled)
    return {
        "lpips_diversity": Measured(
            float(scaled.mean()), low=max(0.0, low), high=high, interval="delta method over images"
        )
    }
