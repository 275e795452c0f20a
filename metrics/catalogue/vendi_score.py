"""Vendi Score: how many different images there are, as an effective number.

Friedman, Dieng: The Vendi Score: A Diversity Evaluation Metric for Machine Learning, TMLR 2023,
arXiv:2210.02410.

It never looks at real images: noise is diverse, and a real set's own score is the only yardstick. It grows
with the number of images, and what counts as different is what the features' angles say.
"""

import math
from typing import Annotated

from metrics.evidence.kinds import Features
from metrics.registry.metric import Measured, Quantity, register
from metrics.registry.signatures import Range
from metrics.statistics.counts import require_images
from metrics.statistics.resampling import normal_interval
from metrics.statistics.spectra import cosine_vendi


@register(
    name="vendi_score",
    title="Vendi Score",
    paper="arXiv:2210.02410",
    quantities=[Quantity("vendi_score", better="higher", ideal=math.inf, senses={"diversity"})],
    selections={"paper"},
)
def vendi_score(
    generated: Features, *, order: Annotated[float, Range(0, math.inf)] = 1.0
) -> dict[str, Measured]:
    """Exponential of the entropy of the eigenvalues of K / n, K being the cosine similarities of the images.

    Args:
        generated: features of the generated images (n, d); a note counts those that are all 0.
        order: q of the Rényi entropy: 1 is the paper's, smaller weighs rare images more.

    Returns:
        `vendi_score` in [1, n]: 1 if all images are alike, n if all are orthogonal.

    Raises:
        TooFewSamplesError: fewer than two images.
        InvalidSettingError: the order is negative.

    Source: Friedman and Dieng 2023, definition 1; checked against vendi-score.
    """
    require_images(2, generated)
    score, error = cosine_vendi(generated.values, order)
    low, high = normal_interval(score, error)
    empty = int((generated.values == 0).all(dim=1).sum())
    note = f"{empty:,} of {generated.count:,} images have all features 0, and so no direction to count."
    return {
        "vendi_score": Measured(
            score,
            low=max(1.0, low),
            high=high,
            notes=(note,) if empty else (),
            interval="delta method over images",
        )
    }
