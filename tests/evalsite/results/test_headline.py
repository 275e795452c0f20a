"""A study's answer in words."""

from __future__ import annotations

import numpy as np
import pytest

from evalsite.results.headline import headline
from evalsite.results.joining import PoolEstimates, join
from evalsite.tasks.analysis.family import compare
from evalsite.tasks.analysis.two_way import Joint


def said(estimates, *, sd=0.01, compared=True, **more):
    counts = np.full(len(estimates), 30)
    names = tuple(one.condition for one in estimates)
    values = np.array([one.value for one in estimates])
    joint = Joint(names, values, sd**2 * np.eye(len(names)), np.zeros((len(names),) * 2), counts, counts)
    families = {estimates[0].quantity: compare(joint)} if compared else {}
    table = join(names, [PoolEstimates((1,), "t", "T", tuple(estimates), families=families)], {})
    return headline(table, table.human[0], **more)


def test_the_best_comes_first_with_its_interval_and_chance(estimate):
    words = said([estimate("a", 0.1), estimate("b", 0.4), estimate("c", 0.2)])
    assert words.startswith("b has the highest ")
    assert "0.400 (95 % interval 0.350–0.450, guessing 0.500); higher is more like real images." in words
    assert words.endswith("Its lead over c and a is beyond chance.")


def test_lower_is_first_where_lower_is_better(estimate):
    words = said([estimate("a", 0.1, better="lower"), estimate("b", 0.4, better="lower")])
    assert words.startswith("a has the lowest ")
    assert words.endswith("Its lead over b is beyond chance.")


def test_a_lead_within_chance_is_said(estimate):
    words = said([estimate("a", 0.1), estimate("b", 0.4), estimate("c", 0.39)])
    assert words.endswith("Its lead over c may be chance.")


def test_ties_are_named_together(estimate):
    words = said([estimate("a", 0.4), estimate("b", 0.4), estimate("c", 0.1)])
    assert words.startswith("a and b share the highest ")
    assert words.endswith("Their lead over c is beyond chance.")


def test_many_are_counted_and_not_named(estimate):
    names = "abcdefg"
    words = said([estimate(name, 0.40 + 0.001 * i) for i, name in enumerate(names)])
    assert words.endswith("Its lead over all 6 others may be chance.")
    words = said([estimate(name, 0.1 if name in "ab" else 0.4 + 0.001 * i) for i, name in enumerate(names)])
    assert words.endswith("Its lead over 4 of 6 others may be chance.")


def test_without_comparisons_nothing_is_claimed(estimate):
    words = said([estimate("a", 0.1), estimate("b", 0.4)], compared=False)
    assert words.endswith("There is too little data to compare it with the others.")


def test_one_condition_is_not_ranked(estimate):
    assert said([estimate("a", 0.1)]).endswith("It is the only condition.")


def test_without_a_better_end_the_range_is_told(estimate):
    words = said([estimate("a", 0.1, better=""), estimate("b", 0.4, better="")])
    assert "from 0.100" in words
    assert "chance" not in words


def test_simulated_raters_are_marked(estimate):
    words = said([estimate("a", 0.1), estimate("b", 0.4)], simulated_only=True)
    assert words.endswith("programs, not people.")


@pytest.mark.parametrize("blocks", [[], [PoolEstimates((1,), "t", "T", ())]])
def test_no_data_is_said(blocks):
    table = join(("a",), blocks, {})
    assert headline(table, None).startswith("No condition has an estimate yet.")
