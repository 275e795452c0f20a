"""Modified Inception Score: how unlike one another the images of one class look to a classifier.

Gurumurthy, Sarvadevabhatla, Babu: DeLiGAN: Generative Adversarial Networks for Diverse and Limited Data, CVPR
2017, arXiv:1706.02071.

It measures variety within classes and nothing else: images of which the classifier makes nothing raise it,
and lost classes don't lower it. The logarithm of tiny probabilities rules it, so that the floor under them is
part of the result.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.evidence.kinds import Probabilities
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.class_scores import GROUPS, pairwise_divergence
from metrics.statistics.resampling import groups_of, jackknife, without


@register(
    name="modified_inception_score",
    title="Modified Inception Score",
    paper="arXiv:1706.02071",
    quantities=[
        Quantity("modified_inception_score", better="higher", ideal=math.inf, senses={"diversity"}),
    ],
)
def modified_inception_score(
    generated: Probabilities, *, per_class: bool = True, floor: float = 1e-12, seed: int = 0
) -> dict[str, Measured]:
    """exp(mean over i, j of KL(p(y|x_i) || p(y|x_j))) within each predicted class, averaged over classes.

    Args:
        generated: class probabilities of the generated images (n, k).
        per_class: whether pairs are made within the most probable class; False takes all images as one class.
        floor: probabilities below it count as this much; above 0.
        seed: fixes the groups of the jackknife.

    Returns:
        `modified_inception_score`, at least 1; 1 if the predictions within each class are the same.

    Raises:
        InvalidSettingError: the floor is not above 0.
        TooFewSamplesError: fewer than two images, or no class has two.

    Source: Gurumurthy et al. 2017, section 4; checked against numpy over all pairs.
    """
    if not floor > 0:
        raise InvalidSettingError(f"The floor under probabilities is {floor}; give one above 0, as 1e-12.")
    rows = generated.values
    classes = rows.argmax(dim=1) if per_class else torch.zeros(len(rows), dtype=torch.long)
    value = _mean_over_classes(rows, classes, floor)
    kept = [without(group, len(rows)) for group in groups_of(len(rows), GROUPS, seed)]
    left = torch.tensor([_mean_over_classes(rows[keep], classes[keep], floor) for keep in kept])
    low, high = jackknife(left, value)
    found = Measured(value, low=low, high=high, interval="jackknife over 20 groups of images")
    return {"modified_inception_score": found}


def _mean_over_classes(rows: Float[Tensor, "n k"], classes: Int[Tensor, " n"], floor: float) -> float:
    """Mean of the classes' scores; a class of one image has no pair and is left out."""
    members = [rows[classes == one] for one in range(rows.shape[1])]
    scores = [float(pairwise_divergence(own, floor=floor).exp()) for own in members if len(own) > 1]
    if not scores:
        raise TooFewSamplesError(
            f"None of the classes predicted for {len(rows)} images has two; give more images, or set "
            "per_class to false."
        )
    return sum(scores) / len(scores)
