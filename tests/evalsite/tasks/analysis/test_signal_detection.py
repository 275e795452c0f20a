"""d′ and criterion against numbers worked out by hand, and by simulated coverage."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from evalsite.tasks.analysis.judgements import Judgements
from evalsite.tasks.analysis.signal_detection import sensitivity
from evalsite.tasks.analysis.summaries import Summary
from evalsite.tasks.analysis.two_way import Floats
from tests.support.agreement import agrees

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
    agrees(_found(judged).value or 0.0, hit - false_alarm, against="by hand", rel=1e-9, of="d′")
    criterion = _found(judged, "criterion").value
    agrees(criterion or 0.0, -(hit + false_alarm) / 2, against="by hand", rel=1e-9, of="criterion")
    assert criterion > 0, "“generated” said less often than unbiased"


def test_perfect_raters_have_a_finite_d_prime() -> None:
    found = _found(_judgements(_first(0, 50, 30), _first(0, 50, 30)))
    assert found.value == pytest.approx(2 * z(50.5 / 51))
    assert found.low is None, "nothing varied: that is no certainty"
    assert "All raters came to the same value" in found.note


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
