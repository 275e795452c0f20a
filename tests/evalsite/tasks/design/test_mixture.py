"""Real and generated trials in their shares, even over conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from evalsite.tasks.design.mixture import deal_labels, shows_real
from evalsite.tasks.design.sequence import seeded
from evalsite.tasks.protocol import REAL, Materials


def test_each_condition_has_as_many_real_as_generated_trials(materials: Callable[..., Materials]) -> None:
    labels = Counter(deal_labels(materials("a", "b"), 40, 0.5, seeded(1)))
    assert labels == {(REAL, "a"): 10, (REAL, "b"): 10, ("a", "a"): 10, ("b", "b"): 10}


@pytest.mark.parametrize(("share", "real"), [(0.0, 0), (0.25, 10), (1.0, 40)])
def test_the_share_is_kept(materials: Callable[..., Materials], share: float, real: int) -> None:
    labels = deal_labels(materials("a", "b", "c"), 40, share, seeded(1))
    assert len(labels) == 40
    assert sum(map(shows_real, labels)) == real


def test_a_broken_share_is_right_on_average(materials: Callable[..., Materials]) -> None:
    counts = [sum(map(shows_real, deal_labels(materials("a"), 5, 0.5, seeded(s)))) for s in range(400)]
    assert set(counts) == {2, 3}
    assert sum(counts) / 400 == pytest.approx(2.5, abs=0.1)
