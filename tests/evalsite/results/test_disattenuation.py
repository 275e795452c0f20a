"""Correlations freed of error: by hand; see `tests.validity` for coverage."""

from __future__ import annotations

import numpy as np
import pytest

from evalsite.results.agreement import Pair, agree
from evalsite.results.disattenuation import Floats, Freed, covariance_among
from evalsite.tasks.analysis.two_way import Joint

NAMES = tuple(f"c{i}" for i in range(30))


def freed(
    metric: Floats,
    human: Floats,
    covariance: Floats | None,
    *,
    error: float | None = None,
    shared: bool = False,
) -> Freed:
    names = NAMES[: len(metric)]
    pairs = [
        Pair(name, m, h, metric_error=error, shares_reference=shared)
        for name, m, h in zip(names, metric.tolist(), human.tolist(), strict=True)
    ]
    counts = np.full(len(names), 20)
    joint = None if covariance is None else Joint(names, human, covariance, 0 * covariance, counts, counts)
    return agree(pairs, joint).freed


@pytest.fixture
def values() -> tuple[Floats, Floats]:
    x, y = np.random.default_rng(0).normal(size=(2, 12))
    return x, 0.8 * x + 0.6 * y


def test_r_is_divided_by_the_root_of_both_reliabilities(values: tuple[Floats, Floats]) -> None:
    metric, human = values
    found = freed(metric, human, 0.1 * np.eye(12), error=0.2)
    people, machine = 1 - 0.1 / human.var(ddof=1), 1 - 0.04 / metric.var(ddof=1)
    r = np.corrcoef(metric, human)[0, 1]
    half = 1.959964 / np.sqrt(9)
    ends = np.tanh(np.arctanh(r) + np.array([-half, half])) / np.sqrt(people * machine)
    assert (found.human_reliability, found.metric_reliability) == pytest.approx((people, machine))
    assert (found.value, found.low, found.high) == pytest.approx(
        (r / np.sqrt(people * machine), *ends), abs=1e-6
    )
    assert found.note == ""


def test_an_error_that_shifts_all_conditions_alike_is_no_unreliability(values: tuple[Floats, Floats]) -> None:
    alone = freed(*values, 0.1 * np.eye(12), error=0.2)
    shifted = freed(*values, 0.1 * np.eye(12) + 0.5, error=0.2)
    assert shifted.human_reliability == pytest.approx(alone.human_reliability)


def test_errors_that_share_a_reference_set_are_left_in_and_the_interval_holds_both(
    values: tuple[Floats, Floats],
) -> None:
    apart, shared = (freed(*values, 0.1 * np.eye(12), error=0.4, shared=s) for s in (False, True))
    none = freed(*values, 0.1 * np.eye(12))
    assert (shared.value, shared.shared) == (none.value, True)
    assert (shared.low, shared.high) == (none.low, apart.high)
    assert (shared.low or 0) < (apart.low or 0)
    assert "not corrected for" in none.note


def test_below_ten_conditions_there_is_none() -> None:
    x = np.arange(9.0)
    assert freed(x, x + 0.1 * np.sin(x), 0.01 * np.eye(9)) == Freed()


def test_what_can_not_be_known_is_said(values: tuple[Floats, Floats]) -> None:
    assert "error of people's value is not known" in freed(*values, None).note
    nothing = freed(*values, 9.0 * np.eye(12))
    assert (nothing.value, "no more than their errors" in nothing.note) == (None, True)
    guess = freed(*values, 0.6 * values[1].var(ddof=1) * np.eye(12))
    assert "below 0.5" in guess.note
    assert guess.value is not None


def test_covariances_are_of_the_values_that_people_read() -> None:
    counts = np.full(2, 20)
    joint = Joint(
        ("a", "b"), np.log([300.0, 200.0]), 0.01 * np.eye(2), np.zeros((2, 2)), counts, counts, True
    )
    assert covariance_among(joint, ["b", "a"], np.array([200.0, 300.0])) == pytest.approx(
        np.diag([400.0, 900.0])
    )
    assert covariance_among(joint, ["a", "c"], np.zeros(2)) is None
    assert covariance_among(joint, ["a", "b"], np.array([250.0, 200.0])) is None, "one is cut off"
    lonely = Joint(joint.names, joint.values, joint.raters, joint.images, np.array([20, 1]), counts)
    assert covariance_among(lonely, ["a", "b"], np.zeros(2)) is None


def test_errors_are_as_estimated_where_comparisons_add_to_them(values: tuple[Floats, Floats]) -> None:
    """Comparisons take shares near 0 to vary as far as their intervals reach; a reliability does not."""
    metric, human = values
    counts = np.full(12, 20)
    joint = Joint(NAMES[:12], human, 0.1 * np.eye(12), np.zeros((12, 12)), counts, counts)
    widened = joint.at_least(dict.fromkeys(NAMES[:12], 0.5))
    assert widened.for_comparisons[0, 0] == pytest.approx(0.5)
    pairs = [Pair(name, float(m), float(h)) for name, m, h in zip(NAMES, metric, human, strict=False)]
    assert agree(pairs, widened).freed == agree(pairs, joint).freed
