from __future__ import annotations

import types

import pytest

from evalsite.tasks.catalogue import pairwise
from evalsite.tasks.errors import MalformedTaskError, UnknownTaskError
from evalsite.tasks.protocol import Task
from evalsite.tasks.registry import get, load, names, tasks


def _module(stem: str, **contents: type) -> types.ModuleType:
    module = types.ModuleType(f"evalsite.tasks.catalogue.{stem}")
    for name, value in contents.items():
        setattr(module, name, type(name, (value,), {"__module__": module.__name__}))
    return module


def test_each_file_is_found_under_its_stem() -> None:
    assert names() == sorted(names())
    assert {"rapid_scene", "pairwise"} <= set(tasks())
    assert all(task.name == name for name, task in tasks().items())


@pytest.mark.parametrize(("typed", "meant"), [("pairwse", "pairwise"), ("rapid", "rapid_scene")])
def test_an_unknown_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UnknownTaskError, match=f"no task named '{typed}'; did you mean '{meant}'") as caught:
        get(typed)
    assert isinstance(caught.value, KeyError)


def test_a_name_like_no_other_lists_all() -> None:
    with pytest.raises(UnknownTaskError, match=r"there are .*pairwise"):
        get("xxxxxxxxqq")


def test_a_file_without_a_task_is_refused_by_name() -> None:
    with pytest.raises(MalformedTaskError, match=r"catalogue/empty\.py defines 0 tasks"):
        load(_module("empty"))


def test_a_file_with_two_tasks_is_refused() -> None:
    with pytest.raises(MalformedTaskError, match=r"catalogue/double\.py defines 2 tasks"):
        load(_module("double", First=pairwise.Pairwise, Second=pairwise.Pairwise))


def test_a_task_under_another_stem_is_refused() -> None:
    with pytest.raises(MalformedTaskError, match=r"catalogue/other\.py names its task 'pairwise'"):
        load(_module("other", Pairwise=pairwise.Pairwise))


def test_a_task_that_lacks_verbs_or_words_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(
        MalformedTaskError, match=r"catalogue/bare\.py: Bare lacks Params, adapt, columns, .*title"
    ):
        load(_module("bare", Bare=Task))


def test_an_imported_task_is_not_taken_for_the_files_own() -> None:
    module = _module("borrowed")
    module.Pairwise = pairwise.Pairwise
    with pytest.raises(MalformedTaskError, match="defines 0 tasks"):
        load(module)
