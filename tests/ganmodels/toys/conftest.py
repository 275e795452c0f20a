"""Toys and runs that cost nothing."""

from collections.abc import Callable

import pytest

from ganmodels.registry import get_model, model_names
from ganmodels.toys.data import get_toy
from ganmodels.toys.networks import Body
from ganmodels.toys.plan import toy_plan
from ganmodels.toys.training import ToyRun, train_toy

SMALL = Body(8, 2)


def _runs_on_points(name: str) -> bool:
    model = get_model(name)
    return bool(model.recipe.players) and model.class_count(model.resolve({})) is None


@pytest.fixture(params=[name for name in model_names() if _runs_on_points(name)])
def toy_model(request: pytest.FixtureRequest) -> str:
    """Every model that is trained and not conditioned on classes."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ToyRun]:
    """short_run(model, toy="ring8", steps=3, seed=0, **settings) of a small network."""

    def run(model: str, toy: str = "ring8", steps: int = 3, seed: int = 0, **settings: str) -> ToyRun:
        plan = toy_plan(model, {"batch_size": "16", **settings}, steps=steps, seed=seed, body=SMALL)
        return train_toy(plan, get_toy(toy), tmp_path_factory.mktemp(model), looks=3)

    return run
