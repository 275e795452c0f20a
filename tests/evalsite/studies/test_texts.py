"""Default texts follow from the tasks of a study's blocks."""

from __future__ import annotations

from typing import Any

import pytest

from evalsite.studies.freezing import BlockData
from evalsite.studies.texts import instructions_for


@pytest.mark.parametrize(
    ("task", "params", "told", "untold"),
    [
        ("rapid_scene", {}, ["Half of the images are real", "The noise is not the image"], []),
        ("rapid_scene", {"real_share": 0.25}, ["About 25% of the images are real"], ["Half"]),
        ("rapid_scene", {"exposure": "unlimited"}, ["Take the time"], ["noise", "instant"]),
        ("rapid_scene", {"mask_ms": 0}, ["for an instant"], ["noise"]),
        ("pairwise", {}, ["more real", "A computer made all of them"], ["Half", "noise"]),
        ("pairwise", {"compare": "real_vs_generated"}, ["One of the two is real"], ["Half"]),
        ("pairwise", {"question": "better"}, ["looks better"], ["real", "computer"]),
        ("pairwise", {"exposure_ms": 100}, ["The noise is not the images"], []),
    ],
)
def test_instructions_say_what_the_task_asks_and_what_is_true_of_its_images(
    task: str, params: dict[str, Any], told: list[str], untold: list[str]
) -> None:
    text = instructions_for([BlockData(task, params, 20)])
    assert [words for words in told if words not in text] == []
    assert [words for words in untold if words in text] == []


def test_blocks_of_different_tasks_are_told_as_parts() -> None:
    rapid, pairs = BlockData("rapid_scene", {}, 20), BlockData("pairwise", {}, 20)
    assert "Part" not in instructions_for([rapid, rapid])
    text = instructions_for([rapid, pairs])
    assert text.index("Part 1: Half") < text.index("Part 2: You see two images")


def test_practice_and_attention_checks_are_told_of_only_where_there_are_any() -> None:
    plain = instructions_for([BlockData("pairwise", {}, 20)])
    assert "practice" not in plain
    assert "check" not in plain
    checked = instructions_for([BlockData("pairwise", {}, 20, practice=2, catch=1)])
    assert "start with practice" in checked
    assert "give the answer that they ask for" in checked


def test_a_block_that_can_t_be_read_says_nothing() -> None:
    unreadable = [BlockData("no_task", {}, 20), BlockData("pairwise", {"compare": "?"}, 5)]
    assert instructions_for(unreadable).startswith("Answer with the keys")
