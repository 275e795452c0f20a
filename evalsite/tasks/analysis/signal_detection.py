"""Sensitivity and criterion of equal-variance Gaussian signal detection. The signal is a generated image."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from evalsite.tasks.analysis.bootstrap import Floats
from evalsite.tasks.analysis.detection import Tally


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
    With few trials the correction draws d′ towards 0, by about 0.1 at d′ = 2 and 50 + 50 trials.

    Source: Hautus 1995, "Corrections for extreme proportions"; Macmillan & Creelman 2005, chapters 1 and 2.
    """
    hits, false_alarms = (ndtri(rate) for rate in rates(counts))
    return {"d_prime": hits - false_alarms, "criterion": -(hits + false_alarms) / 2}
