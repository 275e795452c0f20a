"""Whether values may be compared: measured by the same means, on as many images. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evalsite.results.formatting import listed


def unlike(label: str, evidence: Sequence[Mapping[str, Any]]) -> str:
    """A sentence, without its full stop, on what values of one column do not share; empty if nothing.

    Args:
        label: What the values are.
        evidence: For each value what it must share with the others, by its name in words.
    """
    differing = [
        name
        for name in evidence[0]
        if len({json.dumps(one[name], sort_keys=True, default=str) for one in evidence}) > 1
    ]
    if not differing:
        return ""
    words = listed(differing)
    return f"{label}: the conditions' values differ in {words}, so that their order may come from that"
