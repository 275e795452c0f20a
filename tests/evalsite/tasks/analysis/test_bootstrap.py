from __future__ import annotations

import numpy as np
import pytest

from evalsite.tasks.analysis import bootstrap
from evalsite.tasks.analysis.bootstrap import Resampling, interval, mean_over_raters, rater_weights


def test_every_resample_draws_as_many_raters_as_there_are() -> None:
    (weights,) = rater_weights(7, Resampling(seed=1, resamples=50))
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_chunks_cover_all_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CELLS_PER_CHUNK", 100)
    chunks = [len(weights) for weights in rater_weights(30, Resampling(resamples=10))]
    assert chunks == [3, 3, 3, 1]


def test_the_interval_of_a_mean_is_the_textbooks() -> None:
    values = np.random.default_rng(0).normal(0.3, 0.07, 60)
    summary = mean_over_raters(values, Resampling(resamples=4000))
    assert summary.low is not None
    assert summary.high is not None
    half = 1.96 * values.std() / np.sqrt(60)
    assert summary.value == pytest.approx(values.mean())
    assert (summary.high - summary.low) / 2 == pytest.approx(half, rel=0.08)
    assert summary.note == ""


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.linspace(0, 1, 12)
    assert mean_over_raters(values, Resampling(3)) == mean_over_raters(values, Resampling(3))
    assert mean_over_raters(values, Resampling(3)) != mean_over_raters(values, Resampling(4))


def test_what_few_raters_allow() -> None:
    nobody = mean_over_raters(np.array([np.nan, np.nan]), Resampling())
    assert (nobody.value, nobody.low, nobody.n_raters) == (None, None, 0)
    assert "No rater" in nobody.note
    one = mean_over_raters(np.array([np.nan, 0.4]), Resampling())
    assert (one.value, one.low, one.high, one.n_raters) == (0.4, None, None, 1)
    assert "One rater only" in one.note
    assert "Only 4 raters" in mean_over_raters(np.arange(4.0), Resampling()).note


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for study in range(400):
        rates = rng.binomial(200, np.clip(rng.normal(0.35, 0.07, 30), 0, 1)) / 200
        summary = mean_over_raters(rates, Resampling(study, resamples=400))
        assert summary.low is not None
        assert summary.high is not None
        covered += summary.low <= 0.35 <= summary.high
    assert 0.91 <= covered / 400 <= 0.97, (
        "nominal 0.95; a percentile interval over 30 raters is slightly narrow"
    )


def test_the_interval_is_that_of_its_quantiles() -> None:
    assert interval(np.arange(1001.0)) == pytest.approx((25.0, 975.0))
