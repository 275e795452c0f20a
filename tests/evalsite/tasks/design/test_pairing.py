from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from evalsite.tasks.design.pairing import deal_sides, pairs_among, pairs_with
from evalsite.tasks.design.sequence import seeded


def test_pairs() -> None:
    assert pairs_among(["a", "b", "c"]) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert pairs_with("real", ["a", "b"]) == [("real", "a"), ("real", "b")]


@given(st.integers(2, 6), st.integers(0, 70), st.integers(0, 1000))
def test_pairs_and_sides_are_balanced_but_for_one(n_items: int, count: int, seed: int) -> None:
    pairs = pairs_among([str(i) for i in range(n_items)])
    sides = Counter(deal_sides(pairs, count, seeded(seed)))
    as_listed, turned = [sides[p] for p in pairs], [sides[p[::-1]] for p in pairs]
    met = [a + b for a, b in zip(as_listed, turned, strict=True)]
    assert sum(met) == count
    assert max(met) - min(met) <= 1
    assert all(abs(a - b) <= 1 for a, b in zip(as_listed, turned, strict=True))
    assert abs(sum(as_listed) - sum(turned)) <= 1


def test_pairs_come_in_random_order() -> None:
    dealt = deal_sides(pairs_among(["a", "b", "c"]), 12, seeded(0))
    assert dealt != sorted(dealt)
    assert dealt != deal_sides(pairs_among(["a", "b", "c"]), 12, seeded(1))
