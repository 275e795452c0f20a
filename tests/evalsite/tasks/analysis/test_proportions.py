"""Deception rates against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evalsite.tasks.analysis.judgements import SHARED, Judgements
from evalsite.tasks.analysis.proportions import deception_rates
from tests.support.agreement import agrees

Row = tuple[int, int, bool, int, int]
"""Rater, condition, whether real, wrong, judged."""


def _judgements(names: str, *rows: Row) -> Judgements:
    """Every trial with an image of its own."""
    table = [(r, c, real, i < wrong) for r, c, real, wrong, judged in rows for i in range(judged)]
    raters, conditions, real, wrong = (np.array(column) for column in zip(*table, strict=True))
    images = np.arange(len(table))
    return Judgements(tuple(names), raters, conditions, images, real, wrong.astype(np.float64))


def _values(judgements: Judgements, quantity: str = "deception_rate") -> list[float | None]:
    return [summary.value for summary, _ in deception_rates(judgements)[quantity].values()]


def test_one_condition_weighs_all_trials_alike() -> None:
    judged = _judgements("a", (0, 0, False, 3, 10), (0, SHARED, True, 8, 20))
    agrees(_values(judged), [11 / 30], against="by hand", rel=1e-9, of="deception rate, both")
    generated = _values(judged, "deception_rate_generated")
    agrees(generated, [0.3], against="by hand", rel=1e-9, of="deception rate, generated")
    agrees(
        _values(judged, "deception_rate_real"), [0.4], against="by hand", rel=1e-9, of="deception rate, real"
    )
    assert deception_rates(judged)["deception_rate"]["a"][1] == 30


def test_real_images_shared_by_two_conditions_weigh_half_in_each() -> None:
    judged = _judgements("ab", (0, 0, False, 3, 10), (0, 1, False, 9, 10), (0, SHARED, True, 4, 20))
    assert _values(judged) == pytest.approx([5 / 20, 11 / 20])


def test_real_images_of_a_conditions_own_are_not_shared() -> None:
    judged = _judgements(
        "ab", (0, 0, True, 1, 5), (0, 1, True, 4, 5), (0, 0, False, 0, 5), (0, 1, False, 0, 5)
    )
    assert _values(judged) == pytest.approx([0.1, 0.4])


def test_between_raters_only_their_own_real_images_count() -> None:
    judged = _judgements(
        "ab", (0, 0, False, 5, 10), (0, SHARED, True, 0, 10), (1, 1, False, 5, 10), (1, SHARED, True, 10, 10)
    )
    assert _values(judged) == [0.25, 0.75]


def test_without_real_images_only_the_generated_rate_is_defined() -> None:
    judged = _judgements("a", (0, 0, False, 3, 10))
    assert _values(judged) == [None]
    assert _values(judged, "deception_rate_real") == [None]
    assert _values(judged, "deception_rate_generated") == pytest.approx([0.3])


def test_each_rater_weighs_the_same_however_many_answers() -> None:
    assert _values(
        _judgements("a", (0, 0, False, 0, 10), (1, 0, False, 90, 90)), "deception_rate_generated"
    ) == [0.5]


def test_a_rate_of_zero_has_an_interval_from_the_other_conditions() -> None:
    rows = [(rater, 0, False, 0, 20) for rater in range(25)]
    rows += [(rater, 1, False, rater % 10, 20) for rater in range(25)]
    found = deception_rates(_judgements("ab", *rows))["deception_rate_generated"]
    zero = found["a"][0]
    assert (zero.value, zero.low) == (0, 0)
    assert zero.high is not None
    assert 0.01 < zero.high < 0.2
