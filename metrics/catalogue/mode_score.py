"""Mode Score: the Inception Score, less the difference of the classes' shares from the real images'.

Che, Li, Jacob, Bengio, Li: Mode Regularized Generative Adversarial Networks, ICLR 2017, arXiv:1612.02136;
reversed: Xu, Huang, Yuan, Guo, Sun, Wu, Weinberger: An empirical study on evaluation metrics of generative
adversarial networks, 2018, arXiv:1806.07755.

Of real images it sees the classes' shares only: one memorised image per class scores as well as all of them.
A third formula is in print, exp(E KL(p(y|x) || p*(y)) - KL(p(y) || p*(y))) with the training marginal p* in
both terms: p* cancels out of it, and what is left is the Inception Score, so it isn't offered as another
number.
"""

import math

import torch

from metrics.evidence.kinds import Probabilities
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.class_scores import (
    forward_mode_score,
    leave_out_means,
    reversed_mode_score,
    summary_rows,
)
from metrics.statistics.resampling import jackknife


@register(
    name="mode_score",
    title="Mode Score",
    paper="arXiv:1612.02136",
    quantities=[
        Quantity("mode_score", better="higher", ideal=math.inf, senses={"fidelity", "diversity"}),
        Quantity(
            "mode_score_reversed",
            better="higher",
            ideal=math.inf,
            senses={"fidelity", "diversity"},
            title="Mode Score (reversed divergence)",
        ),
    ],
)
def mode_score(reference: Probabilities, generated: Probabilities, *, seed: int = 0) -> dict[str, Measured]:
    """exp(E KL(p(y|x) || p(y)) - KL(p*(y) || p(y))), and the same with KL(p(y) || p*(y)).

    Args:
        reference: class probabilities of the training images (n, k); their mean is p*(y).
        generated: class probabilities of the generated images (m, k); their mean is p(y).
        seed: fixes the groups of the jackknife.

    Returns:
        `mode_score` (Che et al.) and `mode_score_reversed` (Xu et al.), each from 0 to k, with an interval
        by a jackknife.

    Raises:
        EvidenceMismatchError: the probabilities come from different networks.
        TooFewSamplesError: a set has fewer than two images.

    Source: Che et al. 2017, section 4.2; Xu et al. 2018; checked against numpy.
    """
    rows, training = summary_rows(generated.values), reference.values.double()
    mean, marginal = rows.mean(dim=0), training.mean(dim=0)
    means, marginals = _paired(leave_out_means(rows, seed=seed), leave_out_means(training, seed=seed + 1))
    measured = {}
    for name, formula in (("mode_score", forward_mode_score), ("mode_score_reversed", reversed_mode_score)):
        value = float(formula(mean, marginal))
        low, high = jackknife(formula(means, marginals), value)
        measured[name] = Measured(value, low=low, high=high, interval="jackknife over 20 groups of images")
    return measured


def _paired(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    groups = min(len(one), len(other))
    return one[:groups], other[:groups]
