"""Sensitivity and criterion of equal-variance Gaussian signal detection. The signal is a generated image."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from evalsite.tasks.analysis.bootstrap import Floats
from evalsite.tasks.analysis.detection import Tally

FEW_TRIALS = 10
"""Below so many images of either kind a rater, the correction moves d′ by more than a tenth of what it is."""


def rates(counts: Tally) -> tuple[Floats, Floats]:
    """Log-linear hit and false-alarm rates, (n + .5) / (N + 1), shape (raters, conditions); NaN without both.

    A hit is "generated" said of a generated image, a false alarm "generated" said of a real one.
    """
    both = (counts.generated > 0) & (counts.real > 0)
    hits = (counts.generated - counts.generated_wrong + 0.5) / (counts.generated + 1)
    false_alarms = (counts.real_wrong + 0.5) / (counts.real + 1)
    return np.where(both, hits, np.nan), np.where(both, false_alarms, np.nan)


def sensitivity(counts: Tally) -> dict[str, Floats]:
    """Each rater's d′ and criterion by condition, shape (raters, conditions).

    d′ = z(H) − z(F): 0 when real and generated can't be told apart, negative when generated look more real.
    c = −(z(H) + z(F)) / 2: positive when "generated" is said less often than an unbiased rater would.
    With few trials the correction draws both towards 0: d′ = 2 by 0.08 at 10 + 10 trials, 0.24 at 3 + 30.

    Source: Hautus 1995, "Corrections for extreme proportions"; Macmillan & Creelman 2005, chapters 1 and 2.
    """
    hits, false_alarms = (ndtri(rate) for rate in rates(counts))
    return {"d_prime": hits - false_alarms, "criterion": -(hits + false_alarms) / 2}


def few_trials(counts: Tally) -> list[str]:
    """For each condition the warning that its raters judged too few images of a kind, or an empty string."""
    both = (counts.generated > 0) & (counts.real > 0)
    fewer = np.minimum(counts.generated, counts.real)
    usual = [
        float(np.median(own[seen])) if seen.any() else np.inf
        for own, seen in zip(fewer.T, both.T, strict=True)
    ]
    return [_caution(count) if count < FEW_TRIALS else "" for count in usual]


def _caution(count: float) -> str:
    return (
        f"Raters judged {count:g} images of a kind (median): so few draw d′ and criterion towards 0; "
        "compare them with what was judged as often."
    )
