from __future__ import annotations

import pytest

from evalsite.samples.layout import read_layout


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["1.png", "2.png"], ["", ""]),
        (["cat/1.png", "cat/2.png"], ["", ""]),
        (["set/images/1.png", "set/images/2.png"], ["", ""]),
        (["cat/1.png", "dog/1.png"], ["cat", "dog"]),
        (["set/cat/1.png", "set/dog/1.png"], ["cat", "dog"]),
        (["set/cat/1.png", "set/dog/1.png", "README.txt"], ["cat", "dog", ""]),
        (["train/cat/1.png", "train/dog/1.png", "test/cat/2.png"], ["cat", "dog", "cat"]),
        (["images/1", "images/2"], ["", ""]),
        ([], []),
    ],
)
def test_the_folder_right_around_an_image_is_its_class_unless_it_holds_all(
    names: list[str], labels: list[str]
) -> None:
    assert [read_layout(names).labels[name] for name in names] == labels


@pytest.mark.parametrize(
    "names", [["1.png"], ["cat/1.png"], ["cat/1.png", "dog/1.png"], ["set/cat/1.png", "set/dog/1.png"], []]
)
def test_folders_that_are_alike_are_not_warned_of(names: list[str]) -> None:
    assert read_layout(names).warnings == ()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["0.png", "cat/1.png"], "Some images are in folders ('cat') and some are not"),
        (["a/1.png", "b/c/1.png"], "The folders are at different depths: 'a' above 'b/c'."),
        (["x/cat/1.png", "y/cat/1.png"], "The folders 'x/cat', 'y/cat' make one class, 'cat'"),
        ([f"c{n}/1.png" for n in range(5)] + ["0.png"], "('c0', 'c1', 'c2' and 2 more)"),
    ],
)
def test_folders_unlike_each_other_are_named(names: list[str], said: str) -> None:
    assert any(said in warning for warning in read_layout(names).warnings)
