"""The order of the conditions."""

from __future__ import annotations

from evalsite.results.joining import PoolEstimates, join
from evalsite.results.ranking import rank


def ranked(estimates, conditions=("a", "b", "c")):
    table = join(conditions, [PoolEstimates((1,), "t", "T", tuple(estimates))], {})
    return [(found.row.condition, found.rank, found.tied) for found in rank(table.rows, table.human[0])]


def test_higher_is_first_where_higher_is_better(estimate):
    assert ranked([estimate("a", 0.1), estimate("b", 0.4), estimate("c", 0.38)]) == [
        ("b", 1, False),
        ("c", 2, True),
        ("a", 3, False),
    ]


def test_lower_is_first_where_lower_is_better(estimate):
    found = ranked(
        [estimate(n, v, "d_prime", better="lower") for n, v in (("a", 2.0), ("b", 0.4), ("c", 1.0))]
    )
    assert [name for name, _, _ in found] == ["b", "c", "a"]


def test_no_value_no_rank(estimate):
    assert ranked([estimate("a", None), estimate("b", 0.4)])[1:] == [("a", None, False), ("c", None, False)]


def test_real_images_are_not_ranked(estimate):
    found = ranked([estimate("real", 0.9), estimate("a", 0.3)], conditions=("a",))
    assert found == [("a", 1, False), ("real", None, False)]
