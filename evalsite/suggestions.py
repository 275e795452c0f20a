"""What to say after a name that nothing has: the likeliest name that was meant, or those there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_NAMES = 20
ALIKE = 0.5
"""How much of a name must agree for it to be suggested, from 0 to 1."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown name, upper and lower case being alike.

    Args:
        name: What was asked for.
        known: The names that exist.

    Returns:
        Such as "did you mean 'fid'?" or "there are fid, kid.", with the stop.
    """
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in names}
    if near := difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=ALIKE):
        return f"did you mean {folded[near[0]]!r}?"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"there are {', '.join(names[:MOST_NAMES])}{more}." if names else "there is none yet."
