"""Which stimuli meet in a pair, and on which side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

from evalsite.tasks.design.sequence import deal

Pair = tuple[str, str]


def pairs_with(anchor: str, others: Sequence[str]) -> list[Pair]:
    """The anchor against each of the others."""
    return [(anchor, other) for other in others]


def pairs_among(items: Sequence[str]) -> list[Pair]:
    """Everyone against everyone else, once."""
    return list(combinations(items, 2))


def deal_sides(pairs: Sequence[Pair], count: int, rng: Random) -> list[Pair]:
    """``count`` pairs as (left, right) in random order: all equally often, and each way round equally often.

    Where counts are odd they differ by one, and the odd ones are turned in alternation.
    """
    dealt = deal(pairs, count, rng)
    turned = rng.random() < 0.5
    sides: list[Pair] = []
    for pair in dict.fromkeys(dealt):
        repeats = dealt.count(pair)
        sides += [(pair[1], pair[0]) if (i + turned) % 2 else pair for i in range(repeats)]
        turned ^= repeats % 2 == 1
    return rng.sample(sides, len(sides))
