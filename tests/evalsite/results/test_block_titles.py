"""What blocks ask, in words."""

from __future__ import annotations

import pytest

from evalsite.results.block_titles import changed, numbered, telling_apart
from evalsite.tasks import registry

Scene, Pairs = (registry.get(name).Params for name in ("rapid_scene", "pairwise"))


def test_only_what_was_changed_is_said():
    assert changed(Scene()) == ()
    assert changed(Scene(exposure_ms=250, countdown=True)) == ("fixed exposure 250 ms", "countdown")
    assert changed(Pairs(exposure_ms=100)) == ("exposure 100 ms",)


def test_params_are_told_apart_by_what_differs():
    rivals = [Scene(), Scene(exposure="unlimited"), Scene(exposure_ms=250)]
    assert [telling_apart(own, rivals) for own in rivals] == [
        ("exposure fixed", "fixed exposure 100 ms"),
        ("exposure unlimited, until the answer",),
        ("fixed exposure 250 ms",),
    ]


def test_what_all_have_in_common_tells_nothing_apart():
    assert telling_apart(Scene(exposure_ms=250), [Scene(exposure_ms=250)]) == ()
    assert telling_apart(Pairs(), [Pairs(), Pairs(exposure_ms=100, allow_tie=True)]) == (
        "allow ties: no",
        "exposure none",
    )


@pytest.mark.parametrize(
    ("numbers", "words"), [((2,), "block 2"), ((1, 2), "blocks 1 and 2"), ((1, 2, 4), "blocks 1, 2 and 4")]
)
def test_numbers_are_said_as_people_say_them(numbers, words):
    assert numbered("block", numbers) == words
