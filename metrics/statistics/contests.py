"""What discriminators' judgements say of whole contests."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from metrics.errors import MissingEvidenceError
from metrics.evidence.networks import Contest
from metrics.statistics.ratings import Rating, rated


def opponents_of(contest: Contest, generator: int) -> list[int]:
    """The discriminators that were not trained with a generator; all of them if there is no other.

    Args:
        contest: the contest.
        generator: the generator's index.
    """
    own = contest.generators[generator]
    others = [index for index, name in enumerate(contest.discriminators) if name != own]
    return others or list(range(len(contest.discriminators)))


def require_samples(contest: Contest, needed: int) -> None:
    """Check that a contest has players and samples.

    Raises:
        MissingEvidenceError: no generator or discriminator, or fewer samples than needed.
    """
    if not contest.generators or not contest.discriminators or contest.count < needed:
        raise MissingEvidenceError(
            f"A contest of {len(contest.discriminators)} discriminators, {len(contest.generators)} generators"
            f" and {contest.count} samples is too small; give one of each and {needed} samples."
        )


def judged_real(judgements: Float[Tensor, "*b n"]) -> Float[Tensor, "*b n"]:
    """1 where a judgement is that the image is real, half for an undecided one, else 0."""
    return torch.where(judgements == 0.5, 0.5, (judgements > 0.5).double())


def skill_ratings(contest: Contest, *, periods: int, tau: float) -> tuple[list[Rating], list[Rating]]:
    """Glicko-2 ratings of the generators and of the discriminators.

    The samples are dealt to periods in their order. In each, every generator plays every discriminator it was
    not trained with; its score is the share of its samples that are taken to be real.

    Args:
        contest: the contest.
        periods: number of rating periods, at most the number of samples.
        tau: how readily volatilities change.

    Source: Olsson et al. 2018, section 3; Glickman 2013.
    """
    makers = [Rating() for _ in contest.generators]
    judges = [Rating() for _ in contest.discriminators]
    wins = judged_real(contest.on_generated.double())
    for period in wins.tensor_split(periods, dim=2):
        scores = period.mean(dim=2)
        pairs = [(judge, maker) for maker in range(len(makers)) for judge in opponents_of(contest, maker)]
        makers, judges = (
            [
                rated(
                    before,
                    [judges[judge] for judge, maker in pairs if maker == index],
                    [float(scores[judge, maker]) for judge, maker in pairs if maker == index],
                    tau=tau,
                )
                for index, before in enumerate(makers)
            ],
            [
                rated(
                    before,
                    [makers[maker] for judge, maker in pairs if judge == index],
                    [1 - float(scores[judge, maker]) for judge, maker in pairs if judge == index],
                    tau=tau,
                )
                for index, before in enumerate(judges)
            ],
        )
    return makers, judges


def judgement_areas(judgements: Float[Tensor, "d g n"]) -> Float[Tensor, " g"]:
    """Area under each generator's mean judgements over discriminators, by trapezoids; their value for one."""
    curves = judgements.double().mean(dim=2)
    return torch.trapezoid(curves, dim=0) if len(curves) > 1 else curves[0]
