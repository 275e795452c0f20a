from __future__ import annotations

from collections import Counter
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from evalsite.tasks.design.sequence import LONGEST_RUN, deal, mix, scatter, seeded

seeds = st.integers(0, 10_000)


@given(st.integers(1, 7), st.integers(0, 60), seeds)
def test_deal_gives_everyone_the_same_but_for_one(n_items: int, count: int, seed: int) -> None:
    dealt = Counter(deal(range(n_items), count, seeded(seed)))
    shares = [dealt[i] for i in range(n_items)]
    assert sum(shares) == count
    assert max(shares) - min(shares) <= 1


def test_deal_leaves_the_remainder_to_chance() -> None:
    assert {deal("abc", 1, seeded(seed))[0] for seed in range(20)} == set("abc")


@settings(max_examples=200)
@given(st.integers(0, 60), st.integers(-1, 1), seeds)
def test_halves_mix_without_long_runs(half: int, odd: int, seed: int) -> None:
    items = [True] * half + [False] * max(half + odd, 0)
    mixed = mix(items, bool, seeded(seed))
    assert Counter(mixed) == Counter(items)
    assert max((len(list(run)) for _, run in groupby(mixed)), default=0) <= LONGEST_RUN


def test_a_lopsided_share_is_mixed_as_well_as_it_can_be() -> None:
    mixed = mix([True] * 30 + [False] * 3, bool, seeded(0))
    assert sorted(mixed) == [False] * 3 + [True] * 30


def test_mixing_is_not_alternation() -> None:
    runs = Counter(len(list(run)) for _, run in groupby(mix([True, False] * 200, bool, seeded(1))))
    assert runs[1] < 0.65 * sum(runs.values()), "about half of all runs of fair coins have length 1"
    assert runs[LONGEST_RUN] > 0


@given(st.integers(1, 40), st.integers(0, 5), seeds)
def test_extras_are_scattered_one_to_a_stretch_and_never_first(length: int, extras: int, seed: int) -> None:
    spread = scatter(["x"] * extras, list(range(length)), seeded(seed))
    assert [item for item in spread if item != "x"] == list(range(length))
    assert spread.count("x") == extras
    assert spread[0] != "x"


def test_the_same_seed_draws_the_same_for_ever() -> None:
    assert deal("abcdef", 3, seeded(7)) == ["c", "b", "d"]
