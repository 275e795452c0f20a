from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from metrics.errors import TooFewSamplesError
from metrics.statistics.resampling import (
    bootstrap_interval,
    groups_of,
    jackknife,
    mean_interval,
    paired_share_interval,
    wilson_interval,
    without,
)


def test_a_means_interval_covers_it_in_95_of_100_draws():
    generator = torch.Generator().manual_seed(0)
    intervals = [mean_interval(torch.randn(50, generator=generator) + 3) for _ in range(2000)]
    covered = sum(low <= 3 <= high for low, high in intervals) / 2000
    assert covered == pytest.approx(0.94, abs=0.015)


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (7, 10), (1000, 1000), (3, 800)])
def test_wilsons_interval_is_scipys(successes, trials):
    known = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((known.low, known.high), abs=1e-12)


def test_a_share_of_all_is_within_its_own_interval():
    assert all(wilson_interval(trials, trials)[1] == 1 for trials in range(1, 200))
    assert all(wilson_interval(0, trials)[0] == 0 for trials in range(1, 200))


def test_a_difference_of_paired_shares_is_covered_and_never_a_point():
    generator = torch.Generator().manual_seed(0)
    outcomes, shares = torch.tensor([1.0, -1.0, 0.0]), torch.tensor([0.05, 0.02, 0.93])
    draws = outcomes[torch.multinomial(shares, 2000 * 60, replacement=True, generator=generator)]
    intervals = [paired_share_interval(draw) for draw in draws.reshape(2000, 60)]
    covered = sum(low <= 0.03 <= high for low, high in intervals) / 2000
    assert covered == pytest.approx(0.965, abs=0.02)
    low, high = paired_share_interval(torch.zeros(60))
    assert low == -high < -0.02
    with pytest.raises(TooFewSamplesError):
        paired_share_interval(torch.zeros(0))


def test_the_jackknife_of_a_mean_is_its_own_standard_error(vector_a):
    values = vector_a[:, 0]
    left = torch.stack([values[without(group, 64)].mean() for group in groups_of(64, 64, 0)])
    low, high = jackknife(left, float(values.mean()))
    half = float(stats.t.ppf(0.975, 63)) * float(values.std()) / math.sqrt(64)
    assert (high - low) / 2 == pytest.approx(half, rel=1e-9)


def test_groups_are_even_disjoint_and_seeded():
    groups = groups_of(47, 20, seed=3)
    assert sorted(torch.cat(groups).tolist()) == list(range(47))
    assert {len(group) for group in groups} == {2, 3}
    assert all(torch.equal(one, other) for one, other in zip(groups, groups_of(47, 20, seed=3), strict=True))
    assert len(groups_of(5, 20, seed=3)) == 5


def test_a_bootstraps_interval_holds_95_of_100_draws():
    assert bootstrap_interval(torch.arange(1001.0)) == pytest.approx((25, 975))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: mean_interval(torch.zeros(0)),
        lambda: wilson_interval(0, 0),
        lambda: groups_of(1, 20, 0),
        lambda: jackknife(torch.zeros(1), 0.0),
    ],
)
def test_nothing_has_no_interval(ask):
    with pytest.raises(TooFewSamplesError):
        ask()
