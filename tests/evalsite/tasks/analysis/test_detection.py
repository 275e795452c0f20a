"""Counts, deception rates and signal detection, against numbers worked out by hand."""

from __future__ import annotations

from collections import Counter
from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from evalsite.tasks.analysis import detection
from evalsite.tasks.analysis.detection import Judgement, Tally
from evalsite.tasks.analysis.proportions import deception_rates
from evalsite.tasks.analysis.signal_detection import few_trials, sensitivity

z = NormalDist().inv_cdf


def _judged(rater: str, condition: str | None, *, real: bool = False, wrong: int, of: int) -> list[Judgement]:
    return [Judgement(rater, condition, real, i < wrong) for i in range(of)]


def tally(judgements: list[Judgement]) -> Tally:
    return detection.tally(Counter(judgements))


def test_one_condition_weighs_all_trials_alike() -> None:
    counts = tally(_judged("r", "a", wrong=3, of=10) + _judged("r", None, real=True, wrong=8, of=20))
    rates = deception_rates(counts)
    assert rates["deception_rate"].item() == pytest.approx(11 / 30)
    assert rates["deception_rate_generated"].item() == pytest.approx(0.3)
    assert rates["deception_rate_real"].item() == pytest.approx(0.4)
    assert counts.trials.item() == 30


def test_real_images_shared_by_two_conditions_weigh_half_in_each() -> None:
    shared = _judged("r", None, real=True, wrong=4, of=20)
    counts = tally(_judged("r", "a", wrong=3, of=10) + _judged("r", "b", wrong=9, of=10) + shared)
    assert deception_rates(counts)["deception_rate"][0] == pytest.approx([5 / 20, 11 / 20])
    assert counts.real.tolist() == [[20, 20]]


def test_real_images_of_a_conditions_own_are_not_shared() -> None:
    own = _judged("r", "a", real=True, wrong=1, of=5) + _judged("r", "b", real=True, wrong=4, of=5)
    counts = tally(_judged("r", "a", wrong=0, of=5) + _judged("r", "b", wrong=0, of=5) + own)
    assert deception_rates(counts)["deception_rate"][0] == pytest.approx([0.1, 0.4])


def test_between_raters_only_their_own_real_images_count() -> None:
    one = _judged("1", "a", wrong=5, of=10) + _judged("1", None, real=True, wrong=0, of=10)
    other = _judged("2", "b", wrong=5, of=10) + _judged("2", None, real=True, wrong=10, of=10)
    rates = deception_rates(tally(one + other))["deception_rate"]
    assert rates[0, 0] == 0.25
    assert rates[1, 1] == 0.75
    assert np.isnan(rates[0, 1])
    assert np.isnan(rates[1, 0])


def test_sensitivity_by_hand() -> None:
    counts = tally(_judged("r", "a", wrong=10, of=50) + _judged("r", None, real=True, wrong=5, of=50))
    hit, false_alarm = z(40.5 / 51), z(5.5 / 51)
    result = sensitivity(counts)
    assert result["d_prime"].item() == pytest.approx(hit - false_alarm)
    assert result["criterion"].item() == pytest.approx(-(hit + false_alarm) / 2)
    assert result["criterion"].item() > 0, "“generated” said less often than unbiased"


def test_perfect_raters_have_a_finite_d_prime() -> None:
    counts = tally(_judged("r", "a", wrong=0, of=50) + _judged("r", None, real=True, wrong=0, of=50))
    assert sensitivity(counts)["d_prime"].item() == pytest.approx(2 * z(50.5 / 51))


def test_without_real_images_d_prime_is_undefined_but_the_generated_rate_is_not() -> None:
    counts = tally(_judged("r", "a", wrong=3, of=10))
    assert np.isnan(sensitivity(counts)["d_prime"]).all()
    rates = deception_rates(counts)
    assert np.isnan(rates["deception_rate"]).all()
    assert np.isnan(rates["deception_rate_real"]).all()
    assert rates["deception_rate_generated"].item() == pytest.approx(0.3)
    assert counts.trials.item() == 0


def test_nothing_judged_is_nothing_counted() -> None:
    counts = tally([])
    assert counts.conditions == ()
    assert sensitivity(counts)["d_prime"].shape == (0, 0)


@pytest.mark.parametrize(("d_prime", "generated", "real", "drawn"), [(2, 10, 10, 0.08), (2, 3, 30, 0.24)])
def test_few_trials_draw_d_prime_towards_zero_by_as_much_as_is_said(
    d_prime: float, generated: int, real: int, drawn: float
) -> None:
    def expected(said_generated: float, images: int) -> float:
        counts = np.arange(images + 1)
        return float(binom.pmf(counts, images, said_generated) @ ndtri((counts + 0.5) / (images + 1)))

    found = expected(ndtr(d_prime / 2), generated) - expected(ndtr(-d_prime / 2), real)
    assert d_prime - found == pytest.approx(drawn, abs=0.005)


def test_few_trials_a_rater_are_warned_of() -> None:
    judged = [
        judgement
        for rater in "xyz"
        for condition, times in (("few", 3), ("many", 10))
        for real in (True, False)
        for judgement in _judged(rater, condition, real=real, wrong=1, of=times)
    ]
    few, many = few_trials(tally(judged))
    assert "3 images of a kind" in few
    assert many == ""
    assert few_trials(tally(_judged("r", "a", wrong=1, of=2))) == [""], "without real images it is undefined"
