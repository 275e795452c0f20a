"""The order of the conditions."""

from __future__ import annotations

import numpy as np

from evalsite.results.cells import describe_family, lay_out
from evalsite.results.joining import PoolEstimates, join
from evalsite.results.ranking import rank
from evalsite.tasks.analysis.family import compare
from evalsite.tasks.analysis.two_way import Joint


def ranked(estimates, conditions=("a", "b", "c"), sd=0.01):
    known = [one for one in estimates if one.value is not None]
    counts = np.full(len(known), 30)
    values = np.array([one.value for one in known])
    covariance = sd**2 * np.eye(len(known))
    joint = Joint(tuple(one.condition for one in known), values, covariance, 0 * covariance, counts, counts)
    families = {known[0].quantity: compare(joint)}
    pool = PoolEstimates((1,), "t", "T", tuple(estimates), families=families)
    table = join(conditions, [pool], {})
    return [
        (found.row.condition, found.rank, found.standing and (found.standing.best, found.standing.worst))
        for found in rank(table, table.human[0])
    ]


def test_higher_is_first_where_higher_is_better(estimate):
    assert ranked([estimate("a", 0.1), estimate("b", 0.4), estimate("c", 0.38)]) == [
        ("b", 1, (1, 2)),
        ("c", 2, (1, 2)),
        ("a", 3, (3, 3)),
    ]


def test_lower_is_first_where_lower_is_better(estimate):
    found = ranked(
        [estimate(n, v, "d_prime", better="lower") for n, v in (("a", 2.0), ("b", 0.4), ("c", 1.0))]
    )
    assert found == [("b", 1, (1, 1)), ("c", 2, (2, 2)), ("a", 3, (3, 3))]


def test_no_value_no_rank(estimate):
    assert ranked([estimate("a", None), estimate("b", 0.4)])[1:] == [("a", None, None), ("c", None, None)]


def test_real_images_are_not_ranked(estimate):
    found = ranked([estimate("real", 0.9), estimate("a", 0.3)], conditions=("a",))
    assert found == [("a", 1, (1, 1)), ("real", None, None)]


def test_without_a_family_a_rank_is_its_place(estimate):
    table = join(("a",), [PoolEstimates((1,), "t", "T", (estimate("a", 0.1),))], {})
    assert [(found.rank, found.standing) for found in rank(table, table.human[0])] == [(1, None)]


def test_who_can_not_be_compared_has_no_rank_beside_those_who_can(estimate):
    """A condition of one rater, though its value is the best."""
    names = ("a", "b", "c")
    estimates = [estimate(name, value) for name, value in zip(names, (0.3, 0.2, 0.9), strict=True)]
    counts = np.array([30, 30, 1])
    joint = Joint(names, np.array([0.3, 0.2, 0.9]), 1e-4 * np.eye(3), np.zeros((3, 3)), counts, counts)
    family = compare(joint)
    pool = PoolEstimates((1,), "t", "T", tuple(estimates), families={"deception_rate": family})
    table = join(names, [pool], {})
    lines = {line.condition: (line.rank, line.letters) for line in lay_out(table, table.human[0]).lines}
    assert lines == {"a": ("1", "a"), "b": ("2", "b"), "c": ("–", "")}
    assert "Not compared (too few raters or images, or no variance): c." in describe_family(family)
    alone = compare(
        Joint(names[1:], joint.values[1:], joint.raters[1:, 1:], joint.images[1:, 1:], counts[1:], counts[1:])
    )
    assert describe_family(alone) == "Not compared (too few raters or images, or no variance): c."
