"""Inception Score: how sure the 2015 Inception is of each image's class, and how many classes there are.

Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen: Improved Techniques for Training GANs, NeurIPS 2016,
arXiv:1606.03498.

It never looks at real images: one memorised image per class scores perfectly, and images of classes that
ImageNet lacks score badly however good they are (Barratt and Sharma 2018, arXiv:1801.01973).
"""

import math

from metrics.evidence.kinds import Probabilities
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.resampling import normal_interval
from metrics.statistics.scores import class_information_scores

INTERVAL = "delta method over images, bias not included"
ENOUGH_PER_SPLIT = 500


@register(
    name="inception_score",
    title="Inception Score",
    paper="arXiv:1606.03498",
    selections={"paper"},
    extractor="inception_v3",
    quantities=[
        Quantity(
            "inception_score",
            better="higher",
            ideal=math.inf,
            senses={"fidelity", "diversity"},
            generic="class_score",
            generic_title="Class score",
        )
    ],
)
def inception_score(
    generated: Probabilities,
    *,
    splits: int = 10,
    split_size: int = 0,
    shuffle: bool = True,
    seed: int = 0,
) -> dict[str, Measured]:
    """exp(mean KL(p(y|x) || p(y))), averaged over parts of the set.

    Args:
        generated: class probabilities of the generated images (n, k).
        splits: number of parts.
        split_size: images in a part, instead of a number of parts; 0 for none.
        shuffle: whether images are dealt to the parts at random, rather than in the files' order.
        seed: fixes the order in which images are dealt to the parts.

    Returns:
        `inception_score` in [1, k] with the standard deviation (ddof 0) over the parts.

    Raises:
        TooFewSamplesError: fewer images than parts.

    Source: Salimans et al. 2016, section 4; checked against torch-fidelity.
    """
    found = class_information_scores(
        generated.values, splits=splits, seed=seed if shuffle else None, split_size=split_size
    )
    per_split = min(split_size or generated.count, generated.count // len(found.parts))
    notes = () if per_split >= ENOUGH_PER_SPLIT else (_bias_note(per_split),)
    score = float(found.parts.mean())
    low, high = normal_interval(score, found.error)
    spread = float(found.parts.std(correction=0))
    return {"inception_score": Measured(score, spread, max(1.0, low), high, notes, INTERVAL)}


def _bias_note(per_split: int) -> str:
    return (
        f"Each part has {per_split:,} images: below {ENOUGH_PER_SPLIT:,} the score is biased downwards; "
        "compare it only with values from equally many images."
    )
