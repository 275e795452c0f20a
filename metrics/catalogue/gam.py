"""Generative Adversarial Metric: two models' discriminators judge each other's samples.

Im, Kim, Jiang, Memisevic: Generating images with recurrent adversarial networks, 2016, arXiv:1602.05110.

It needs the models' discriminators, and compares only models of one contest: a model that wins need not be
good. Where the discriminators are not equally good on real images (the test ratio is far from 1) the contest
is void.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import MissingEvidenceError
from metrics.evidence.networks import Contest
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.contests import judged_real, require_samples
from metrics.statistics.resampling import Z, standard_error


@register(
    name="gam",
    title="Generative Adversarial Metric",
    paper="arXiv:1602.05110",
    quantities=[
        Quantity(
            "gam_sample_ratio", better="lower", ideal=-math.inf, senses={"fidelity"}, title="GAM sample ratio"
        ),
        Quantity(
            "gam_test_ratio",
            better="lower",
            ideal=1.0,
            judges="the discriminators, on real images",
            title="GAM test ratio",
        ),
    ],
)
def gam(contest: Contest) -> dict[str, Measured]:
    """Error ratios r_samples = err(D1(G2))/err(D2(G1)) and r_test = err(D1(x))/err(D2(x)) of the first model.

    An error is a sample judged real, or a real image judged generated. Half an error is added on either side,
    so that the ratio stays finite. Against several others the ratios are geometric means.

    Args:
        contest: judgements of discriminators on each other's generators' samples and on real test images;
            the models are the names that are both a generator's and a discriminator's.

    Returns:
        `gam_sample_ratio`: below 1 if the first model wins, 1 for a model against itself; `gam_test_ratio`,
        which must be near 1. Intervals by the delta method on logarithms.

    Raises:
        MissingEvidenceError: the first generator has no discriminator, or there is no other model.

    Source: Im et al. 2016, section 4; checked by hand.
    """
    require_samples(contest, 1)
    own = contest.generators[0]
    others = [name for name in contest.generators[1:] if name in contest.discriminators]
    if own not in contest.discriminators or not others:
        raise MissingEvidenceError(
            f"Add {own}'s discriminator and another model with its own: the contest has the generators "
            f"{', '.join(contest.generators)} and the discriminators {', '.join(contest.discriminators)}."
        )
    fooled, misjudged = judged_real(contest.on_generated), 1 - judged_real(contest.on_real)
    judge = contest.discriminators.index(own)
    samples, tests = [], []
    for name in others:
        other_judge, other = contest.discriminators.index(name), contest.generators[1:].index(name) + 1
        samples.append((fooled[judge, other], fooled[other_judge, 0]))
        tests.append((misjudged[judge], misjudged[other_judge]))
    listed = ", ".join(
        f"{name} {math.exp(_log_ratio(*pair)):.3g}" for name, pair in zip(others, samples, strict=True)
    )
    note = f"Sample ratios of {own} against {listed}; below 1 {own} wins."
    return {
        "gam_sample_ratio": _mean_ratio(samples, (note,)),
        "gam_test_ratio": _mean_ratio(tests, same_images=True),
    }


def _log_ratio(one: Float[Tensor, " n"], other: Float[Tensor, " m"]) -> float:
    return math.log(float(_with_half(one).mean()) / float(_with_half(other).mean()))


def _with_half(errors: Float[Tensor, " n"]) -> Float[Tensor, " n1"]:
    """Errors and half an error more."""
    return torch.cat([errors.double(), torch.tensor([0.5], dtype=torch.float64)])


def _mean_ratio(
    pairs: list[tuple[Tensor, Tensor]], notes: tuple[str, ...] = (), *, same_images: bool = False
) -> Measured:
    """Geometric mean of the ratios; `same_images` says whether all errors are on the same images.

    Where they are not, the second errors of all pairs still are: the first model's samples.
    """
    mean = sum(_log_ratio(*pair) for pair in pairs) / len(pairs)
    first, second = (
        torch.stack([_influences(errors) for errors in side]) for side in zip(*pairs, strict=True)
    )
    sets = [(first - second).mean(dim=0)] if same_images else [*(first / len(pairs)), second.mean(dim=0)]
    reach = Z * math.sqrt(sum(standard_error(images) ** 2 for images in sets))
    return Measured(
        math.exp(mean),
        low=math.exp(mean - reach),
        high=math.exp(mean + reach),
        notes=notes,
        interval="delta method on logarithms, over images",
    )


def _influences(errors: Float[Tensor, " n"]) -> Float[Tensor, " n1"]:
    """How much each image moves the logarithm of the share of errors, but for a constant."""
    counted = _with_half(errors)
    return counted / counted.mean()
