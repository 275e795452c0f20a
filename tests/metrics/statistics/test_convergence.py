from __future__ import annotations

import pytest

from metrics.errors import NotConvergedError
from metrics.statistics.convergence import (
    Convergence,
    doublings,
    judge,
    phases,
    sentence,
    until_settled,
)

INTERVAL = (1.0, 3.0)


@pytest.mark.parametrize(
    ("gap", "chance", "expected"),
    [
        (0.19, 0.0, Convergence(0.19, settled=True)),
        (0.21, 0.0, Convergence(0.21, settled=False)),
        (0.21, 0.3, Convergence(0.21, settled=True)),
        (-5.0, 0.0, Convergence(0.0, settled=True)),
    ],
)
def test_a_gap_within_a_tenth_of_the_interval_or_within_chance_is_settled(gap, chance, expected):
    assert judge(gap, INTERVAL, chance=chance) == expected


def test_work_doubles_until_it_changes_little():
    done = []

    def runs():
        for work in doublings(800, first=60):
            done.append(work)
            yield 10 + 100 / work

    value, found = until_settled(runs(), lambda before, after: judge(before - after, (0.0, 6.0)))
    assert done == [50, 100, 200]
    assert value == pytest.approx(10.5)
    # The error falls like one over the work, so the gap is exactly what is left.
    assert found.gap == pytest.approx(0.5)
    assert found.settled


def test_work_ends_where_there_is_no_more_of_it():
    value, found = until_settled([4.0, 3.0, 2.0], lambda before, after: judge(before - after, (0.0, 1.0)))
    assert value == 2
    assert not found.settled


def test_amounts_of_work():
    assert doublings(4000, first=250) == [250, 500, 1000, 2000, 4000]
    assert doublings(2, first=250) == [1, 2]
    assert phases(4000, first=500) == [500, 500, 1000, 2000]
    assert phases(7, first=500) == [3, 4]


def _sentence(found: Convergence) -> str:
    return sentence(
        found,
        measured="as many steps again gained 1",
        off="1 too high",
        advice="raise `steps`",
    )


def test_the_sentence_says_what_was_measured_how_far_off_it_may_be_and_the_next_move():
    assert _sentence(Convergence(1.0, settled=False)) == (
        "Not converged: as many steps again gained 1, so the value may be 1 too high or more; raise `steps`."
    )
    assert _sentence(Convergence(1.0, settled=True)) == (
        "Converged: as many steps again gained 1, so the value may be up to 1 too high."
    )


def test_a_gap_wider_than_the_interval_is_refused():
    with pytest.raises(NotConvergedError, match=r"more than its interval is wide; raise `steps`\."):
        _sentence(judge(2.1, INTERVAL))
