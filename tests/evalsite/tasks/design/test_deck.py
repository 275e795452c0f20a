from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalsite.tasks.design.deck import Deck, deal_images, draw
from evalsite.tasks.design.sequence import seeded
from evalsite.tasks.errors import PlanError
from evalsite.tasks.protocol import REAL, PlannedTrial, Source, Stimulus, TrialKind
from tests.support.chance import expect_uniform

MANY_SEEDS = range(400)
seeds = st.integers(0, 10_000)


def _trial(image: int, kind: TrialKind = "scored", condition: str = "a") -> PlannedTrial:
    return PlannedTrial(kind, (Stimulus("image", condition, image),))


def _deck(**sizes: int) -> Deck:
    return Deck({name: Source(name, range(size)) for name, size in {REAL: 5, **sizes}.items()})


@given(st.integers(1, 30), st.integers(0, 90), seeds)
def test_draw_repeats_no_image_before_all_were_drawn(n_images: int, count: int, seed: int) -> None:
    drawn = draw(Source("a", range(n_images)), count, seeded(seed))
    for start in range(0, count, n_images):
        one_round = drawn[start : start + n_images]
        assert len(set(one_round)) == len(one_round)
    assert len(drawn) == count


def test_draw_gives_every_order_alike_in_each_round() -> None:
    drawn = [draw(Source("a", range(3)), 6, seeded(seed)) for seed in MANY_SEEDS]
    orders = list(permutations(range(3)))
    expect_uniform([tuple(images[:3]) for images in drawn], orders)
    expect_uniform([tuple(images[3:]) for images in drawn], orders)


def test_draw_takes_any_images_where_not_all_are_needed() -> None:
    drawn = (draw(Source("a", range(10)), 2, seeded(seed)) for seed in MANY_SEEDS)
    first, second = zip(*drawn, strict=True)
    expect_uniform(first, range(10))
    expect_uniform(second, range(10))


@given(st.integers(1, 20), st.lists(st.integers(0, 15), max_size=5), seeds)
def test_blocks_go_on_where_the_ones_before_them_stopped(size: int, blocks: list[int], seed: int) -> None:
    deck, times, rng = _deck(a=size), Counter(range(size)), seeded(seed)
    for count in blocks:
        drawn = draw(deck.sources["a"], count, rng)
        times.update(drawn)
        assert max(times.values()) - min(times.values()) <= 1
        deck = deck.after([_trial(image) for image in drawn])
    assert sum(times.values()) == size + sum(blocks)


def test_practice_and_qualification_images_are_not_dealt_again() -> None:
    deck = _deck(a=10).after([_trial(0, "practice"), _trial(1), _trial(2, "catch")])
    deck = deck.after([_trial(3), _trial(4, "catch")], qualification=True)
    drawn = Counter(draw(deck.sources["a"], 19, seeded(0)))
    assert drawn == {1: 2, 2: 2, **dict.fromkeys(range(5, 10), 3)}, "3 each, one of them before for 1 and 2"


def test_images_are_dealt_again_where_practice_took_them_all() -> None:
    deck = _deck(a=2).after([_trial(0, "practice"), _trial(1, "practice")])
    assert Counter(draw(deck.sources["a"], 4, seeded(0))) == {0: 2, 1: 2}


def test_a_deck_gives_the_real_images_and_the_conditions_asked_for() -> None:
    materials = _deck(a=3, b=4).materials(["b"])
    assert materials.reference.real
    assert [source.condition for source in materials.conditions] == ["b"]


def test_a_block_is_dealt_as_many_images_as_it_shows_of_each_kind() -> None:
    sources = [Source("a", range(5)), Source("b", range(5))]
    dealt = deal_images(sources, {"scored": ["a", "b", "a"], "practice": ["b"]}, seeded(0))
    assert {place: len(set(images)) for place, images in dealt.items()} == {
        ("scored", "a"): 2, ("scored", "b"): 1, ("practice", "a"): 0, ("practice", "b"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_practice_images_do_not_come_again_in_their_own_block(seed: int) -> None:
    needed: dict[TrialKind, list[str]] = {"scored": ["a"] * 9, "catch": ["a"], "practice": ["a"] * 2}
    dealt = deal_images([Source("a", range(5))], needed, seeded(seed))
    practice = set(dealt["practice", "a"])
    assert practice.isdisjoint([*dealt["scored", "a"], *dealt["catch", "a"]])


def test_an_empty_source_is_refused_by_name_where_it_is_shown() -> None:
    sources = [Source("a", range(5)), Source("b", [])]
    with pytest.raises(PlanError, match="sample set of 'b' holds no images"):
        deal_images(sources, {"scored": ["a", "b"]}, seeded(0))
    assert len(list(deal_images(sources, {"scored": ["a"]}, seeded(0))["scored", "a"])) == 1
