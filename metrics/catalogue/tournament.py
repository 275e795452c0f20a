"""Tournament: how often a generator fools discriminators that were not trained with it, and its skill rating.

Olsson, Bhupatiraju, Brown, Odena, Goodfellow: Skill Rating for Generative Models, 2018, arXiv:1808.04888;
ratings after Glickman's Glicko-2.

It compares the players of one contest only: neither number means anything outside it, and a generator may
fool weak discriminators without making good images. The numbers are of the first generator; the note has all
of them.
"""

import math

from jaxtyping import Float
from torch import Tensor

from metrics.errors import InvalidSettingError
from metrics.evidence.networks import Contest
from metrics.registry.metric import Measured, Quantity, register
from metrics.statistics.contests import judged_real, opponents_of, require_samples, skill_ratings
from metrics.statistics.resampling import normal_interval, wilson_interval


@register(
    name="tournament",
    title="Tournament win rate",
    paper="arXiv:1808.04888",
    quantities=[
        Quantity("tournament_win_rate", better="higher", ideal=math.inf, senses={"fidelity"}),
        Quantity(
            "skill_rating",
            better="higher",
            ideal=math.inf,
            senses={"fidelity"},
            title="Skill rating (Glicko-2)",
        ),
    ],
)
def tournament(contest: Contest, *, periods: int = 10, tau: float = 0.5) -> dict[str, Measured]:
    """Share of the first generator's samples taken to be real, and its Glicko-2 rating among all players.

    Discriminators judge all generators but the one of their own name, if there are others.

    Args:
        contest: judgements of d discriminators on n samples of g generators.
        periods: rating periods that the samples are dealt to; fewer are made of fewer samples.
        tau: how readily Glicko-2's volatilities change, above 0.

    Returns:
        `tournament_win_rate` in [0, 1], with a binomial interval that knows how far discriminators agree on a
        sample; `skill_rating`, 1500 for an average player, with the interval of its rating deviation.

    Raises:
        InvalidSettingError: no period, or a `tau` that is not above 0.
        MissingEvidenceError: the contest has no player or no sample.

    Source: Olsson et al. 2018, sections 2 and 3; checked against Glickman's worked example.
    """
    require_samples(contest, 1)
    if periods < 1 or tau <= 0:
        raise InvalidSettingError(f"{periods} periods with tau {tau} rate nobody; give 1 or more, above 0.")
    wins = judged_real(contest.on_generated[opponents_of(contest, 0), 0].double())
    low, high = wilson_interval(*_as_independent(wins))
    makers, judges = skill_ratings(contest, periods=min(periods, contest.count), tau=tau)
    first = makers[0]
    least, most = normal_interval(first.rating, first.deviation)
    names = [f"generator {name}" for name in contest.generators]
    names += [f"discriminator {name}" for name in contest.discriminators]
    table = ", ".join(
        f"{name} {one.rating:.0f} ± {one.deviation:.0f}"
        for name, one in zip(names, [*makers, *judges], strict=True)
    )
    return {
        "tournament_win_rate": Measured(
            float(wins.mean()), low=low, high=high, interval="Wilson over samples"
        ),
        "skill_rating": Measured(
            first.rating, low=least, high=most, notes=(f"Ratings: {table}.",), interval="rating deviation"
        ),
    }


def _as_independent(wins: Float[Tensor, "d n"]) -> tuple[float, int]:
    """Wins and number of judgements that would tell as much if they were independent (Kish 1965)."""
    share, by_sample = float(wins.mean()), wins.mean(dim=0)
    variance = float(by_sample.var()) / len(by_sample) if len(by_sample) > 1 else 0.0
    judgements = round(share * (1 - share) / variance) if variance > 0 else len(by_sample)
    judgements = min(max(judgements, len(by_sample)), wins.numel())
    return share * judgements, judgements
