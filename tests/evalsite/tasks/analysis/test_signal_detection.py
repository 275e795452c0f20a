"""d′ and criterion against numbers worked out by hand, and by simulated coverage."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import expit

from evalsite.tasks.analysis.judgements import Judgements
from evalsite.tasks.analysis.signal_detection import sensitivity
from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.analysis.two_way import Floats

z = NormalDist().inv_cdf


def _judgements(generated_wrong: Floats, real_wrong: Floats) -> Judgements:
    """One condition; each array is (raters, images), 1 where the judgement is wrong."""
    n_raters, n_generated = generated_wrong.shape
    wrong = np.concatenate([generated_wrong, real_wrong], axis=1)
    images = np.tile(np.arange(wrong.shape[1]), n_raters)
    real = images >= n_generated
    raters = np.repeat(np.arange(n_raters), wrong.shape[1])
    return Judgements(("a",), raters, np.where(real, -1, 0), images, real, wrong.ravel().astype(np.float64))


def _first(count: int, of: int, raters: int = 1) -> Floats:
    return np.tile(np.arange(of) < count, (raters, 1)).astype(np.float64)


def _found(judgements: Judgements, quantity: str = "d_prime") -> Summary:
    return sensitivity(judgements)[quantity]["a"][0]


def test_by_hand() -> None:
    judged = _judgements(_first(10, 50), _first(5, 50))
    hit, false_alarm = z(40.5 / 51), z(5.5 / 51)
    assert _found(judged).value == pytest.approx(hit - false_alarm)
    criterion = _found(judged, "criterion").value
    assert criterion == pytest.approx(-(hit + false_alarm) / 2)
    assert criterion > 0, "“generated” said less often than unbiased"


def test_perfect_raters_have_a_finite_d_prime() -> None:
    found = _found(_judgements(_first(0, 50, 30), _first(0, 50, 30)))
    assert found.value == pytest.approx(2 * z(50.5 / 51))
    assert found.low == pytest.approx(found.value), "nothing varied"


def test_few_trials_take_the_raters_mean_rates_and_say_so() -> None:
    wrong = np.array([[1, 0, 0, 0], [0, 1, 1, 0]], dtype=np.float64)
    found = _found(_judgements(wrong, wrong))
    share = (1 - 3 / 8) * 8 + 0.5
    assert found.value == pytest.approx(2 * z(share / 9))
    assert "4 images of a kind (median), too few" in found.note


def test_without_real_images_it_is_undefined() -> None:
    found = _found(_judgements(_first(3, 10), _first(0, 0)))
    assert (found.value, found.n_raters) == (None, 0)
    assert "No rater has the trials" in found.note


@pytest.mark.slow
@pytest.mark.parametrize(("raters", "images"), [(15, 100), (30, 100), (20, 12)])
def test_intervals_hold_the_value_over_new_raters_and_images(raters: int, images: int) -> None:
    """Nominal .95; 300 studies fail below .91. The truth is that of ten thousand raters and images."""

    def study(rng: np.random.Generator, n_raters: int, n_images: int) -> Summary:
        lean = rng.normal(0, 0.4, (n_raters, 1))
        wrong = [
            rng.random((n_raters, n_images)) < expit(middle + sign * lean + rng.normal(0, 0.6, n_images))
            for middle, sign in ((-0.4, 1), (-0.9, -1))
        ]
        return _found(_judgements(wrong[0].astype(np.float64), wrong[1].astype(np.float64)))

    large = study(np.random.default_rng(99), 1500, 1500).value
    rng = np.random.default_rng(2)
    found = [study(rng, raters, images) for _ in range(300)]
    if images < 20:
        rates = [
            float(expit(middle + np.hypot(0.4, 0.6) * rng.normal(size=400_000)).mean())
            for middle in (-0.4, -0.9)
        ]
        large = z(1 - rates[0]) - z(rates[1])
    held = sum(one.low <= large <= one.high for one in found)
    assert held / 300 >= 0.91
