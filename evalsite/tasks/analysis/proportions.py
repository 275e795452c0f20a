"""Deception rates: shares judged wrongly, per rater, then as the mean over raters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from evalsite.tasks.analysis.judgements import Judgements, OwnTrials
from evalsite.tasks.analysis.two_way import (
    Floats,
    Ints,
    Summary,
    Variance,
    design_effect,
    mean_over_raters,
    nothing,
    summarise_share,
)

LACKING = "No rater has the trials that this needs."


@dataclass(frozen=True)
class Share:
    """A share before its interval: its value and variance, and the trials it rests on."""

    value: float
    variance: Variance
    n_trials: int


def share_of(
    answers: Floats, raters: Ints, images: Ints, *, weights: Floats | None = None, strata: Ints | None = None
) -> Share | None:
    """Mean of the raters' shares; None without trials. Arguments as of `mean_over_raters`."""
    if not len(answers):
        return None
    value, variance = mean_over_raters(answers, raters, images, weights=weights, strata=strata)
    return Share(value, variance, len(answers))


def summarise_shares(shares: Mapping[str, Share | None]) -> dict[str, tuple[Summary, int]]:
    """Summary and number of trials by condition.

    A share of 0 or 1 has no variance to see: its effective number of answers follows from the median design
    effect of the others.
    """
    known = [share for share in shares.values() if share is not None]
    effects = [design_effect(share.value, share.variance, share.n_trials) for share in known]
    seen = [effect for effect in effects if effect is not None and np.isfinite(effect)]
    usual = max(median(seen), 1.0) if seen else None
    return {name: _summary(share, usual) for name, share in shares.items()}


def deception_rates(judgements: Judgements) -> dict[str, dict[str, tuple[Summary, int]]]:
    """Summaries and numbers of trials, by quantity and condition.

    ``deception_rate_generated`` and ``deception_rate_real`` are over generated and real images;
    ``deception_rate`` is over both, weighted by trials. A real image that a rater's k conditions share counts
    1/k in each, so that an evenly planned rate is half generated, half real, whether raters see one condition
    or all. Guessing gives 0.5.

    Source: Zhou et al. 2019 (arXiv:1904.01121), HYPE-infinity; Stein et al. 2023 (arXiv:2306.04675).
    """
    own = judgements.own
    return {
        "deception_rate": summarise_shares({name: _over_both(trials) for name, trials in own.items()}),
        "deception_rate_generated": summarise_shares(
            {name: _over_one(trials.where(~trials.real)) for name, trials in own.items()}
        ),
        "deception_rate_real": summarise_shares(
            {name: _over_one(trials.where(trials.real)) for name, trials in own.items()}
        ),
    }


def _over_one(trials: OwnTrials) -> Share | None:
    return share_of(trials.wrong, trials.raters, trials.images)


def _over_both(trials: OwnTrials) -> Share | None:
    both = trials.of_raters_with_both()
    return share_of(
        both.wrong, both.raters, both.images, weights=both.weights, strata=both.real.astype(np.int64)
    )


def _summary(share: Share | None, usual: float | None) -> tuple[Summary, int]:
    if share is None:
        return nothing(0, LACKING), 0
    summary = summarise_share(share.value, share.variance, share.n_trials, design_effect=usual)
    return summary, share.n_trials
