"""What a sentence about an unknown name goes on with: the nearest known name, or all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist, such as "did you mean 'fid'?".

    Args:
        name: what was asked for.
        known: the names that exist; at most 20 of them are listed.
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names[:20]) or 'none'}."
