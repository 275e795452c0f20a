"""What several metrics compute of the same evidence: made once, and kept as long as the evidence lives."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from metrics.evidence.kinds import Features, Moments

Kept = Features | Moments
Made = TypeVar("Made")

_MEMO: WeakKeyDictionary[Kept, WeakKeyDictionary[Kept, dict[Hashable, Any]]] = WeakKeyDictionary()


def remembered(one: Kept, other: Kept, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, made once as long as both pieces of evidence live.

    What is made may hold their tensors, but not the evidence itself, or it would never be let go.

    Args:
        one: evidence that it is made of.
        other: the other piece, or the same one again.
        key: what is made, and with which settings.
        make: makes it.
    """
    known = _MEMO.setdefault(one, WeakKeyDictionary()).setdefault(other, {})
    if key not in known:
        known[key] = make()
    made: Made = known[key]
    return made


def is_remembered(one: Kept, other: Kept, key: Hashable) -> bool:
    """Whether it was made before."""
    return one in _MEMO and other in _MEMO[one] and key in _MEMO[one][other]
