"""The joined table: who stands beside what."""

from __future__ import annotations

import math

import pytest

from evalsite.results.errors import UnknownQuantityError
from evalsite.results.joining import Measured, PoolEstimates, join


def block(*estimates, number=1, task="rapid_scene", title="Rapid scene", **more):
    return PoolEstimates((number,), task, title, estimates, **more)


def fid(value, **more):
    return Measured("fid", "fid", "FID", value, better="lower", **more)


def test_each_condition_has_both_sides(estimate):
    table = join(
        ["a", "b"], [block(estimate("a", 0.2), estimate("b", 0.4))], {"a": [fid(30.0)], "b": [fid(12.0)]}
    )
    assert [
        (row.condition, row.human["deception_rate"].value, row.metrics["fid"].value) for row in table.rows
    ] == [
        ("a", 0.2, 30.0),
        ("b", 0.4, 12.0),
    ]
    assert table.metrics[0].better == "lower"


def test_newest_value_wins():
    table = join(["a"], [], {"a": [fid(10.0), fid(99.0)]})
    assert table.rows[0].metrics["fid"].value == 10.0


def test_a_condition_without_values_keeps_its_row(estimate):
    table = join(["a", "b"], [block(estimate("a", 0.2))], {})
    assert table.rows[1].condition == "b"
    assert table.rows[1].human == {}
    assert table.pairs("fid", "deception_rate") == []


def test_real_images_come_last_and_have_no_metrics(estimate):
    strengths = [estimate(name, v, "bradley_terry_strength") for name, v in (("real", 1.0), ("a", -1.0))]
    table = join(["a"], [block(*strengths)], {"a": [fid(3.0)]})
    assert [row.condition for row in table.rows] == ["a", "real"]
    assert [pair.condition for pair in table.pairs("fid", "bradley_terry_strength")] == ["a"]


def test_a_quantity_asked_in_two_ways_is_two_columns_that_say_how(estimate):
    flashed = block(estimate("a", 0.4), apart=("exposure fixed",))
    unlimited = block(estimate("a", 0.1), number=2, apart=("exposure unlimited",))
    table = join(["a"], [flashed, unlimited], {})
    assert [column.key for column in table.human] == ["deception_rate_block_1", "deception_rate_block_2"]
    assert table.rows[0].human["deception_rate_block_2"].value == 0.1
    assert table.human[1].label == "deception rate, exposure unlimited"


def test_a_quantity_of_two_tasks_is_named_by_the_tasks(estimate):
    pairs = block(estimate("a", 0.1), number=2, task="pairwise", title="Paired comparison")
    scenes = block(estimate("a", 0.4, title="deception rate, both"), apart=("unsaid",))
    table = join(["a"], [scenes, pairs], {})
    labels = [column.label for column in table.human]
    assert labels == ["deception rate, both, rapid scene", "deception rate, paired comparison"]


def test_quantities_of_a_whole_block_stand_apart(estimate):
    table = join(["a"], [block(estimate("", 0.1, "side_bias"))], {})
    assert table.human == ()
    assert [(column.key, found.value) for column, found in table.overall] == [("side_bias", 0.1)]


def test_undefined_estimates_are_shown_but_not_correlated(estimate):
    table = join(["a"], [block(estimate("a", None, note="no rater"))], {"a": [fid(1.0)]})
    assert table.rows[0].human["deception_rate"].note == "no rater"
    assert table.pairs("fid", "deception_rate") == []


def test_unknown_quantity_is_named_with_those_there_are(table):
    with pytest.raises(UnknownQuantityError, match=r"no metric quantity named 'fidd'.*it has fid"):
        table.metric_quantity("fidd")


def test_an_infinite_value_is_shown_and_correlated_with_nothing(estimate):
    people = block(estimate("gan", 0.2), estimate("vae", 0.4))
    table = join(("gan", "vae"), [people], {"gan": [fid(math.inf)], "vae": [fid(2.0)]})
    assert table.rows[0].metrics["fid"].value == math.inf
    assert [pair.condition for pair in table.pairs("fid", "deception_rate")] == ["vae"]


def alike(**provenance):
    return {"weights_digest": "w", "protocol": "tf1", "settings": {"seed": 0, "subsets": 100}, **provenance}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({}, ""),
        ({"n_generated": 10_000}, "number of generated images"),
        ({"n_reference": 9_000}, "number of real images"),
        ({"provenance": alike(protocol="clean")}, "preprocessing"),
        ({"provenance": alike(weights_digest="v")}, "network weights"),
        ({"provenance": alike(settings={"seed": 7, "subsets": 100})}, ""),
        ({"provenance": alike(settings={"seed": 0, "subsets": 10})}, "settings"),
        (
            {"provenance": {}, "imported": {"digest": "ab", "source": "theirs.csv"}},
            "where they were measured",
        ),
    ],
)
def test_a_column_of_values_measured_unlike_says_so(more, named):
    usual = {"n_generated": 512, "n_reference": 10_000, "provenance": alike()}
    table = join(["a", "b"], [], {"a": [fid(30.0, **usual)], "b": [fid(12.0, **{**usual, **more})]})
    (column,) = table.metrics
    assert named in column.note
    assert bool(column.note) == bool(named)


def test_imported_values_of_one_file_are_alike_and_of_two_are_not():
    def theirs(digest):
        return fid(1.0, imported={"digest": digest, "source": "theirs.csv"}, provenance={"name_in_file": "x"})

    notes = [
        join(["a", "b"], [], {"a": [theirs("ab")], "b": [theirs(other)]}).metrics[0].note
        for other in ("ab", "cd")
    ]
    assert notes[0] == ""
    assert "where they were measured" in notes[1]
