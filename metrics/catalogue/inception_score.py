"""Inception Score: how sure the 2015 Inception is of each image's class, and how many classes there are.

Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen: Improved Techniques for Training GANs, NeurIPS 2016,
arXiv:1606.03498.

It never looks at real images: one memorised image per class scores perfectly, and images of classes that
ImageNet lacks score badly however good they are (Barratt and Sharma 2018, arXiv:1801.01973).
"""

import math

from metrics.registry import Measured, Quantity, register
from metrics.statistics.scores import class_information_scores
from metrics.types import Probabilities

ENOUGH_PER_SPLIT = 500


@register(
    name="inception_score",
    title="Inception Score",
    paper="arXiv:1606.03498",
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
def inception_score(generated: Probabilities, *, splits: int = 10, seed: int = 0) -> dict[str, Measured]:
    """exp(mean KL(p(y|x) || p(y))), averaged over parts of the set.

    Args:
        generated: class probabilities of the generated images (n, k).
        splits: number of parts.
        seed: fixes the order in which images are dealt to the parts.

    Returns:
        `inception_score` in [1, k] with the standard deviation (ddof 0) over the parts.

    Raises:
        TooFewSamplesError: fewer images than parts.

    Source: Salimans et al. 2016, section 4; checked against torch-fidelity.
    """
    scores = class_information_scores(generated.values, splits=splits, seed=seed)
    per_split = generated.count // splits
    notes = () if per_split >= ENOUGH_PER_SPLIT else (_bias_note(per_split),)
    return {
        "inception_score": Measured(float(scores.mean()), std=float(scores.std(correction=0)), notes=notes)
    }


def _bias_note(per_split: int) -> str:
    return (
        f"Each part has {per_split:,} images: below {ENOUGH_PER_SPLIT:,} the score is biased downwards; "
        "compare it only with values from equally many images."
    )
