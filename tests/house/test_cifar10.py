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


@pytest.mark.parametrize("model", sorted(cifar10.PUBLISHED))
def test_the_full_run_is_one_that_train_takes(model: str) -> None:
    words = shlex.split(cifar10.full_command(model))
    chosen = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    plan = Plan.make(get_model(model), assignments(chosen), cifar10.PUBLISHED[model].steps)
    assert plan.model.networks((3, 32, 32), plan.settings, 0)
