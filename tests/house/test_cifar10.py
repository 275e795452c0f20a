"""`docs/cifar10.md` is made of what was found, and its commands are ones that `train` takes."""

from __future__ import annotations

import shlex

import pytest

from ganmodels.commands.parsers import assignments
from ganmodels.registry import get_model
from ganmodels.training.plan import Plan
from tests.house import cifar10


def test_the_page_is_as_it_was_found() -> None:
    assert cifar10.PAGE.read_text(encoding="utf-8") == cifar10.page(), "run `python -m tests.house.cifar10`"


def test_every_training_has_its_picture_and_no_picture_is_left_over() -> None:
    trained = [run.name for run in cifar10.written_down() if run.model]
    assert sorted(cifar10.PICTURES.glob("*.png")) == [cifar10.picture(name) for name in sorted(trained)]


def test_the_three_models_are_there_beside_real_photographs() -> None:
    runs = cifar10.written_down()
    assert {run.model for run in runs} == {*cifar10.PUBLISHED, ""}
    best = min(run.scores["fid"].value for run in runs if run.model)
    (real,) = (run for run in runs if not run.model)
    assert real.scores["fid"].value < best


COMMANDS = [
    *(cifar10.full_command(model) for model in sorted(cifar10.PUBLISHED)),
    *(run.command for run in cifar10.written_down() if run.model),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_train_takes(command: str) -> None:
    program, words = shlex.split(command)[:4], shlex.split(command)[4:]
    assert program == ["python", "-m", "ganmodels", "train"]
    chosen = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    steps = int(words[words.index("--steps") + 1])
    plan = Plan.make(get_model(words[0]), assignments(chosen), steps)
    assert plan.model.networks((3, 32, 32), plan.settings, 0)
