"""Deception rates: shares judged wrongly, per rater, then as the mean over raters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median

import numpy as np

from evalsite.tasks.analysis.judgements import Judgements, OwnTrials
from evalsite.tasks.analysis.summaries import Summary, design_effect, longer_arm, nothing, summarise_share
from evalsite.tasks.analysis.two_way import Moved, moved_mean, together

LACKING = "No rater has the trials that this needs."


def summarise_shares(shares: Mapping[str, Moved | None]) -> dict[str, tuple[Summary, int]]:
    """Summary and number of trials by condition; None is a share without trials.

    A share of 0 or 1 has no variance to see: its effective number of answers follows from the median design
    effect of the others. Compared with others, a share near 0 or 1 varies as far as its interval says.
    """
    known = {name: share for name, share in shares.items() if share is not None}
    counts = {name: len(share.scores) for name, share in known.items()}
    joint = together(known)
    variances = joint.variances
    effects = [design_effect(share.value, variances[name], counts[name]) for name, share in known.items()]
    seen = [effect for effect in effects if effect is not None and np.isfinite(effect)]
    usual = max(median(seen), 1.0) if seen else None
    found = {
        name: summarise_share(share.value, variances[name], counts[name], design_effect=usual)
        for name, share in known.items()
    }
    joint = joint.at_least({name: longer_arm(own, variances[name].degrees) for name, own in found.items()})
    return {
        name: (replace(found[name], joint=joint), counts[name]) if name in found else (nothing(0, LACKING), 0)
        for name in shares
    }


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


def _over_one(trials: OwnTrials) -> Moved | None:
    return moved_mean(trials.wrong, trials.raters, trials.images) if len(trials.wrong) else None


def _over_both(trials: OwnTrials) -> Moved | None:
    both = trials.of_raters_with_both()
    if not len(both.wrong):
        return None
    kinds = both.real.astype(np.int64)
    return moved_mean(both.wrong, both.raters, both.images, weights=both.weights, strata=kinds)
