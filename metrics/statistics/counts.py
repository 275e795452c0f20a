"""How many images a metric can't do without."""

from __future__ import annotations

from metrics.errors import TooFewSamplesError
from metrics.evidence.kinds import Features, Labels, Probabilities


def require_images(least: int, *evidence: Features | Probabilities | Labels) -> None:
    """Check that each set has so many images.

    Raises:
        TooFewSamplesError: one has fewer.
    """
    counts = [item.count for item in evidence]
    if min(counts) < least:
        raise TooFewSamplesError(
            f"The sets have {', '.join(f'{count:,}' for count in counts)} images; "
            f"give at least {least:,} of each."
        )
