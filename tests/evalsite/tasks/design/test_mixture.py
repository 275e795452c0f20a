"""Real and generated trials in their shares, even over conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from scipy.stats import binomtest

from evalsite.tasks.design.mixture import Label, deal_labels, shows_real
from evalsite.tasks.design.sequence import seeded
from evalsite.tasks.protocol import REAL, Materials
from tests.support.chance import FALSE_ALARM, expect_uniform


@pytest.mark.parametrize("seed", range(20))
def test_each_condition_has_as_many_real_as_generated_trials(
    materials: Callable[..., Materials], seed: int
) -> None:
    labels = Counter(deal_labels(materials("a", "b"), 40, 0.5, seeded(seed)))
    assert labels == {(REAL, "a"): 10, (REAL, "b"): 10, ("a", "a"): 10, ("b", "b"): 10}


@pytest.mark.parametrize(("share", "real"), [(0.0, 0), (0.25, 10), (1.0, 40)])
def test_the_share_is_kept(materials: Callable[..., Materials], share: float, real: int) -> None:
    labels = deal_labels(materials("a", "b", "c"), 40, share, seeded(1))
    assert len(labels) == 40
    assert sum(map(shows_real, labels)) == real


@pytest.mark.parametrize(("share", "high"), [(0.5, 0.5), (0.45, 0.25)])
def test_a_share_that_makes_no_whole_number_is_rounded_up_as_often_as_makes_it_right(
    materials: Callable[..., Materials], share: float, high: float
) -> None:
    counts = [sum(map(shows_real, deal_labels(materials("a"), 5, share, seeded(s)))) for s in range(400)]
    assert set(counts) == {2, 3}
    assert binomtest(counts.count(3), 400, high).pvalue >= FALSE_ALARM


def test_conditions_share_a_remainder_by_chance(materials: Callable[..., Materials]) -> None:
    dealt = [deal_labels(materials("a", "b", "c"), 2, 0.5, seeded(seed)) for seed in range(400)]
    expect_uniform(dealt_to(dealt, real=True), "abc")
    expect_uniform(dealt_to(dealt, real=False), "abc")


def dealt_to(dealt: list[list[Label]], *, real: bool) -> list[str]:
    """The conditions whose trials show a real image, or a generated one."""
    return [label[1] for labels in dealt for label in labels if shows_real(label) == real]
