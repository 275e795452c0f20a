from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from evalsite.tasks.design.pairing import deal_sides, pairs_among, pairs_with
from evalsite.tasks.design.sequence import seeded
from tests.support.chance import expect_uniform

MANY_SEEDS = range(400)


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


def test_any_pair_may_come_first_or_last_and_either_way_round() -> None:
    pairs = pairs_among(["a", "b", "c"])
    dealt = [deal_sides(pairs, 12, seeded(seed)) for seed in MANY_SEEDS]
    either_way = [*pairs, *(pair[::-1] for pair in pairs)]
    expect_uniform([sides[0] for sides in dealt], either_way)
    expect_uniform([sides[-1] for sides in dealt], either_way)


def test_a_remainder_goes_to_any_pair_and_is_turned_by_chance() -> None:
    pairs = pairs_among(["a", "b", "c"])
    single = [deal_sides(pairs, 1, seeded(seed))[0] for seed in MANY_SEEDS]
    expect_uniform(single, [*pairs, *(pair[::-1] for pair in pairs)])
