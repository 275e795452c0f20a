from __future__ import annotations

from collections import Counter
from itertools import groupby, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalsite.tasks.design.sequence import LONGEST_RUN, deal, mix, scatter, seeded
from tests.support.chance import expect_uniform

MANY_SEEDS = range(400)
seeds = st.integers(0, 10_000)


@given(st.integers(1, 7), st.integers(0, 60), seeds)
def test_deal_gives_everyone_the_same_but_for_one(n_items: int, count: int, seed: int) -> None:
    dealt = Counter(deal(range(n_items), count, seeded(seed)))
    shares = [dealt[i] for i in range(n_items)]
    assert sum(shares) == count
    assert max(shares) - min(shares) <= 1


def test_deal_leaves_the_remainder_to_chance() -> None:
    dealt = [Counter(deal("abc", 5, seeded(seed))) for seed in MANY_SEEDS]
    expect_uniform([min("abc", key=counts.__getitem__) for counts in dealt], "abc")


@settings(max_examples=200)
@given(st.integers(0, 60), st.integers(-1, 1), seeds)
def test_halves_mix_without_long_runs(half: int, odd: int, seed: int) -> None:
    items = [True] * half + [False] * max(half + odd, 0)
    mixed = mix(items, bool, seeded(seed))
    assert Counter(mixed) == Counter(items)
    assert max((len(list(run)) for _, run in groupby(mixed)), default=0) <= LONGEST_RUN


@given(seeds)
def test_a_lopsided_share_is_mixed_as_well_as_it_can_be(seed: int) -> None:
    mixed = mix([True] * 30 + [False] * 3, bool, seeded(seed))
    assert sorted(mixed) == [False] * 3 + [True] * 30


def test_mixing_is_not_alternation() -> None:
    mixed = [mix([True, False] * 20, bool, seeded(seed)) for seed in MANY_SEEDS]
    runs = Counter(len(list(run)) for order in mixed for _, run in groupby(order))
    assert 0.45 < runs[1] / runs.total() < 0.6, "about half of all runs of fair coins have length 1"
    assert runs[LONGEST_RUN] > 0.03 * runs.total()


@pytest.mark.parametrize("place", [0, 1, 19, 38, 39])
def test_mixing_puts_either_kind_in_any_place_alike(place: int) -> None:
    expect_uniform([mix([True, False] * 20, bool, seeded(seed))[place] for seed in MANY_SEEDS], [True, False])


def test_mixing_orders_the_items_of_a_kind_by_chance() -> None:
    mixed = [
        mix([0, 1, 2, "x", "y", "z"], lambda item: item in {0, 1, 2}, seeded(seed)) for seed in MANY_SEEDS
    ]
    numbers = [tuple(item for item in order if item in {0, 1, 2}) for order in mixed]
    expect_uniform(numbers, list(permutations(range(3))))


@given(st.integers(1, 40), st.integers(0, 5), seeds)
def test_extras_are_scattered_one_to_a_stretch_and_never_first(length: int, extras: int, seed: int) -> None:
    spread = scatter(["x"] * extras, list(range(length)), seeded(seed))
    assert [item for item in spread if item != "x"] == list(range(length))
    assert spread.count("x") == extras
    assert spread[0] != "x"


def test_an_extra_may_come_anywhere_in_its_stretch() -> None:
    spread = [scatter(["x", "y"], range(10), seeded(seed)) for seed in MANY_SEEDS]
    expect_uniform([order.index("x") for order in spread], range(1, 6))
    expect_uniform([order.index("y") - 1 for order in spread], range(6, 11))


def test_the_same_seed_draws_the_same_for_ever() -> None:
    assert deal("abcdef", 3, seeded(7)) == ["c", "b", "d"]
