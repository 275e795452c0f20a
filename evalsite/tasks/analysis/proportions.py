"""Deception rates: shares judged wrongly, per rater, then as the mean over raters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evalsite.tasks.analysis.bootstrap import Floats
from evalsite.tasks.analysis.detection import Tally


def deception_rates(counts: Tally) -> dict[str, Floats]:
    """Each rater's share judged wrongly, shape (raters, conditions), NaN where a rater has no such trials.

    ``deception_rate_generated`` and ``deception_rate_real`` are over generated and real images;
    ``deception_rate`` is over both, weighted by trials. A real image that a rater's k conditions share counts
    1/k in each, so that an evenly planned rate is half generated, half real, whether raters see one condition
    or all. Guessing gives 0.5.

    Source: Zhou et al. 2019 (arXiv:1904.01121), HYPE-infinity; Stein et al. 2023 (arXiv:2306.04675).
    """
    wrong = counts.generated_wrong + counts.real_share * counts.real_wrong
    judged = counts.generated + counts.real_share * counts.real
    return {
        "deception_rate": _ratio(wrong, judged, where=(counts.generated > 0) & (counts.real > 0)),
        "deception_rate_generated": _ratio(
            counts.generated_wrong, counts.generated, where=counts.generated > 0
        ),
        "deception_rate_real": _ratio(counts.real_wrong, counts.real, where=counts.real > 0),
    }


def _ratio(part: Floats, whole: Floats, *, where: npt.NDArray[np.bool_]) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=where)
