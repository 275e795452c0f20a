"""Normalized Relative Discriminative Score: whose samples a discriminator takes longest to see through.

Zhang, Song, Qi: Decoupled Learning for Conditional Adversarial Networks, WACV 2018, arXiv:1801.06790.

It ranks the generators of one contest and says nothing of how good any of them is: the scores sum to 1. It
depends on the discriminator and on how often it was looked at. The number is of the first generator; the note
has all.
"""

import math

import torch

from metrics.evidence.networks import Contest
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.contests import judgement_areas, require_samples
from metrics.statistics.resampling import groups_of, jackknife, without


@register(
    name="nrds",
    title="Normalized Relative Discriminative Score",
    paper="arXiv:1801.06790",
    quantities=[Quantity("nrds", better="higher", ideal=math.inf, senses={"fidelity"})],
)
def nrds(contest: Contest, *, seed: int = 0) -> dict[str, Measured]:
    """A_1/(A_1 + … + A_g): A_i is the area under the discriminator's outputs on generator i over its epochs.

    Args:
        contest: judgements on g generators' samples of d discriminators: the snapshots, in the order of its
            epochs, of one discriminator trained to tell real images from the samples of all the generators.
        seed: fixes the groups of the jackknife.

    Returns:
        `nrds` in [0, 1]; 1/g if all generators are alike.

    Raises:
        MissingEvidenceError: the contest has no player, or fewer than two samples.

    Source: Zhang et al. 2018, section 4.3; checked by hand.
    """
    require_samples(contest, 2)
    scores = _scores(contest.on_generated)
    value = float(scores[0])
    groups = [without(group, contest.count) for group in groups_of(contest.count, 20, seed)]
    left = torch.stack([_scores(contest.on_generated[:, :, kept])[0] for kept in groups])
    low, high = jackknife(left, value)
    table = ", ".join(
        f"{name} {score:.3f}" for name, score in zip(contest.generators, scores.tolist(), strict=True)
    )
    found = Measured(
        value,
        low=max(0.0, low),
        high=min(1.0, high),
        notes=(f"Scores: {table}.",),
        interval="jackknife over 20 groups of samples",
    )
    return {"nrds": found}


def _scores(judgements: torch.Tensor) -> torch.Tensor:
    """Each generator's share of the areas; equal shares if no sample is ever taken to be real."""
    areas = judgement_areas(judgements)
    return torch.where(areas.sum() > 0, areas / areas.sum().clamp(min=1e-300), 1 / len(areas))
