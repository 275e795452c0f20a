"""Who comes when: dealing and ordering, all from one seeded generator."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

LONGEST_RUN = 4
"""Longest run of the same truth in a row: short enough not to invite guessing from the sequence."""


def seeded(seed: int) -> Random:
    """The generator of a plan; Python's own, whose streams outlast versions: a plan can be audited."""
    return Random(seed)


def deal(items: Sequence[T], count: int, rng: Random) -> list[T]:
    """``count`` items, each as often as any other; who gets the remainder is left to chance."""
    rounds, rest = divmod(count, len(items))
    return [*items] * rounds + rng.sample(items, rest)


def mix(items: Sequence[T], key: Callable[[T], Hashable], rng: Random, longest: int = LONGEST_RUN) -> list[T]:
    """A random order in which no key comes more than ``longest`` times in a row, if counts allow."""
    pools: dict[Hashable, list[T]] = {}
    for item in rng.sample(items, len(items)):
        pools.setdefault(key(item), []).append(item)
    ordered: list[T] = []
    last: Hashable = None
    run = 0
    while any(pools.values()):
        chosen = _next_key(
            {k: len(pool) for k, pool in pools.items() if pool},
            last if run >= longest else None,
            longest,
            rng,
        )
        run = run + 1 if chosen == last else 1
        last = chosen
        ordered.append(pools[chosen].pop())
    return ordered


def _next_key(left: dict[Hashable, int], exhausted: Hashable, longest: int, rng: Random) -> Hashable:
    """A key drawn in proportion to what is left, or the one that could not be spread if it waited."""
    allowed = [k for k in left if k != exhausted] or list(left)
    total = sum(left.values())
    pressing = [k for k in allowed if left[k] > longest * (total - left[k])]
    return pressing[0] if pressing else rng.choices(allowed, [left[k] for k in allowed])[0]


def scatter(extras: Sequence[T], among: Sequence[T], rng: Random) -> list[T]:
    """``among`` with the extras spread over it, one in each of as many equal stretches, none first."""
    spread = list(among)
    for i, extra in reversed(list(enumerate(extras))):
        low, high = (stretch * len(among) // len(extras) for stretch in (i, i + 1))
        spread.insert(max(rng.randint(min(low + 1, high), high), 1), extra)
    return spread
