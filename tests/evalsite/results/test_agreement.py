"""Correlations over conditions: the numbers, their intervals, and when there are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalsite.results.agreement import Pair, agree, kendall, pearson, spearman


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
    assert spearman(x[None], y[None])[0] == pytest.approx(stats.spearmanr(x, y)[0], abs=1e-12)
    assert pearson(x[None], y[None])[0] == pytest.approx(stats.pearsonr(x, y)[0], abs=1e-12)
    assert kendall(x[None], y[None])[0] == pytest.approx(stats.kendalltau(x, y)[0], abs=1e-12)


@pytest.mark.parametrize("coefficient", [spearman, pearson, kendall])
@pytest.mark.parametrize("value", [0.1, 0.7, 1e9 + 0.1])
@pytest.mark.parametrize("n", [3, 6, 7])
def test_constant_rows_have_no_correlation_though_their_mean_is_rounded(coefficient, value, n):
    constant, other = np.full((1, n), value), np.full((1, n), 0.7 * value)
    assert np.isnan(coefficient(constant, other)).all()
    assert np.isnan(coefficient(np.arange(float(n))[None], constant)).all()


def test_interval_holds_the_value_and_widens_with_fewer_raters():
    rng = np.random.default_rng(3)
    metric = np.arange(12.0)
    human = metric / 12 + rng.normal(0, 0.1, 12)
    sure, unsure = agree(pairs(metric, human)), agree(pairs(metric, human, width=0.8))
    assert sure.pearson.low < sure.pearson.value < sure.pearson.high
    assert unsure.pearson.value == sure.pearson.value
    assert unsure.pearson.high - unsure.pearson.low > sure.pearson.high - sure.pearson.low


def test_interval_covers_the_true_correlation():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(100):
        x = rng.standard_normal(30)
        y = 0.7 * x + np.sqrt(1 - 0.49) * rng.standard_normal(30)
        found = agree(pairs(x, y), seed=seed, resamples=400).pearson
        covered += found.low <= 0.7 <= found.high
    assert covered >= 85


def test_same_seed_same_interval():
    values = pairs([1, 2, 3, 4, 5, 7], [2, 1, 4, 3, 6, 5], width=0.5)
    assert agree(values, seed=4) == agree(values, seed=4)
    assert agree(values, seed=4) != agree(values, seed=5)


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
