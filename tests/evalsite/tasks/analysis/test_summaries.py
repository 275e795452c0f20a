"""From variances to intervals: against closed forms."""

from __future__ import annotations

import pytest
from scipy.stats import beta, t

from evalsite.tasks.analysis.summaries import summarise, summarise_share
from evalsite.tasks.analysis.two_way import Variance
from tests.support.agreement import agrees


def test_the_interval_for_the_generator_is_never_the_narrower_one() -> None:
    summary = summarise(1.0, Variance(0.04, 0.0, 5, 400))
    half = t.ppf(0.975, 4) * 0.2
    assert (summary.low, summary.high) == pytest.approx((1 - half, 1 + half))
    assert (summary.low_these_images, summary.high_these_images) == (summary.low, summary.high)
    wide = summarise(1.0, Variance(0.04, 0.05, 50, 8))
    assert wide.high == pytest.approx(1 + t.ppf(0.975, 7) * 0.3)
    assert wide.high_these_images == pytest.approx(1 + t.ppf(0.975, 49) * 0.2)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_without_variance_has_clopper_and_pearsons_interval(share: float) -> None:
    summary = summarise_share(share, Variance(0.0, 0.0, 30, 50), 1500, design_effect=5.0)
    bound = float(beta.ppf(0.975, 1, 300))
    ends = (0.0, bound) if share == 0 else (1 - bound, 1.0)
    assert summary.low is not None
    assert summary.high is not None
    agrees(
        (summary.low, summary.high), ends, against="scipy: beta quantiles", abs_=1e-12, of="share near 0 or 1"
    )
    alone = summarise_share(share, Variance(0.0, 0.0, 30, 50), 1500)
    assert alone.high is not None
    assert alone.low is not None
    assert alone.high - alone.low > 10 * bound / 2, "without others, a rater is one answer"


def test_a_share_stays_between_0_and_1() -> None:
    summary = summarise_share(0.4, Variance(0.04, 0.04, 3, 3), 1000)
    assert summary.low == pytest.approx(0, abs=0.01)
    assert 0.99 < summary.high <= 1


def test_too_few_raters_or_images_are_said() -> None:
    one = summarise(0.5, Variance(float("nan"), 0.1, 1, 20))
    assert (one.low, one.low_these_images, one.note) == (None, None, "One rater only: no interval.")
    image = summarise(0.5, Variance(0.01, 0.0, 30, 1))
    assert image.low is None
    assert image.low_these_images is not None
    assert "One image only" in image.note
    assert "Only 19 raters" in summarise(0.5, Variance(0.01, 0.01, 19, 20)).note
    assert summarise(0.5, Variance(0.01, 0.01, 20, 20)).note == ""


def test_what_does_not_vary_has_no_interval() -> None:
    alike = summarise(0.5, Variance(0.0, 0.0, 30, 50))
    assert (alike.low, alike.low_these_images) == (None, None)
    assert alike.note == "All raters came to the same value: no interval."
    images_alone = summarise(0.5, Variance(0.0, 0.01, 30, 50))
    assert images_alone.low_these_images is None
    assert images_alone.low == pytest.approx(0.5 - t.ppf(0.975, 29) * 0.1)


def test_a_share_that_does_not_vary_has_clopper_and_pearsons_interval_wherever_it_lies() -> None:
    found = summarise_share(0.5, Variance(0.0, 0.0, 20, 30), 600, design_effect=1.0)
    ends = (beta.ppf(0.025, 300, 301), beta.ppf(0.975, 301, 300))
    assert (found.low, found.high) == pytest.approx(ends)
    assert found.note == ""
