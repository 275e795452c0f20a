"""Correlations over conditions: the numbers, their intervals, and when there are none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalsite.results.agreement import Pair, agree, kendall, pearson, spearman
from tests.support.agreement import agrees


def pairs(metric, human, width=None):
    half = None if width is None else width / 2
    return [
        Pair(f"c{i}", m, h, None if half is None else h - half, None if half is None else h + half)
        for i, (m, h) in enumerate(zip(metric, human, strict=True))
    ]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12))
def test_coefficients_are_scipys_with_ties(values):
    x, y = np.array(values, dtype=float).T
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    for ours, theirs, of in (
        (spearman, stats.spearmanr, "Spearman’s ρ"),
        (pearson, stats.pearsonr, "Pearson’s r"),
        (kendall, stats.kendalltau, "Kendall’s τ-b"),
    ):
        agrees(ours(x[None], y[None])[0], theirs(x, y)[0], against="scipy", abs_=1e-12, of=of)


@pytest.mark.parametrize("coefficient", [spearman, pearson, kendall])
@pytest.mark.parametrize("value", [0.1, 0.7, 1e9 + 0.1])
@pytest.mark.parametrize("n", [3, 6, 7])
def test_constant_rows_have_no_correlation_though_their_mean_is_rounded(coefficient, value, n):
    constant, other = np.full((1, n), value), np.full((1, n), 0.7 * value)
    assert np.isnan(coefficient(constant, other)).all()
    assert np.isnan(coefficient(np.arange(float(n))[None], constant)).all()


def test_intervals_are_bonett_and_wrights():
    x = np.arange(13.0)
    y = np.array([0, 2, 1, 3, 5, 4, 6, 8, 7, 12, 9, 11, 10.0])
    found = agree(pairs(x, y))
    for one, variance in (
        (found.pearson, 1 / 10),
        (found.spearman, (1 + found.spearman.value**2 / 2) / 10),
        (found.kendall, 0.437 / 9),
    ):
        half = 1.959964 * np.sqrt(variance)
        expected = np.tanh(np.arctanh(one.value) + np.array([-half, half]))
        assert (one.low, one.high) == pytest.approx(tuple(expected), abs=1e-6)
        assert one.p is None


@pytest.mark.parametrize("n", [4, 6])
def test_below_ten_conditions_p_is_scipys_over_all_orders(n):
    rng = np.random.default_rng(n)
    x, y = rng.standard_normal((2, n))
    found = agree(pairs(x, y))
    for kind, one in (
        (stats.pearsonr, found.pearson),
        (stats.spearmanr, found.spearman),
        (stats.kendalltau, found.kendall),
    ):
        drawn = [abs(kind(x, list(order))[0]) for order in itertools.permutations(y)]
        assert one.p == np.mean(np.array(drawn) >= abs(one.value) - 1e-9)
        assert (one.low, one.high) == (None, None)


def test_a_perfect_order_of_four_has_the_least_p_there_is():
    assert agree(pairs([1, 2, 3, 4], [1, 2, 3, 5])).spearman.p == pytest.approx(2 / 24)


def test_nine_conditions_are_tested_over_all_their_orders():
    assert agree(pairs(range(9), range(9))).kendall.p == pytest.approx(2 / 362_880)


def test_few_conditions_are_warned_about():
    found = agree(pairs([1, 2, 3, 4], [1, 2, 3, 5]))
    assert found.spearman.value == pytest.approx(1.0)
    assert "only 4 conditions" in found.note
    assert agree(pairs(range(6), range(6))).note == ""


@pytest.mark.parametrize(
    ("metric", "human", "reason"),
    [
        ([1, 2], [1, 2], "2 conditions have both values"),
        ([1], [1], "1 condition has both values"),
        ([], [], "0 conditions have both values"),
        ([1, 1, 1], [1, 2, 3], "metric is the same"),
        ([1, 2, 3], [4, 4, 4], "people's value is the same"),
    ],
)
def test_undefined_says_why(metric, human, reason):
    found = agree(pairs(metric, human))
    assert found.spearman.value is None
    assert found.kendall.low is None
    assert reason in found.note
