"""Recipes are data: changed by name, written as JSON."""

import json

import pytest

from ganmodels.errors import SettingError
from ganmodels.registry import get_model
from ganmodels.training.plan import Plan

RECIPE = get_model("wgan_gp").recipe


def test_overrides_reach_the_player_they_name() -> None:
    changed = RECIPE.override({"critic.updates": 2, "generator.learning_rate": 0.5, "batch_size": 7})
    critic, generator = changed.players
    assert (critic.updates, critic.optimizer.learning_rate) == (2, 1e-4)
    assert (generator.updates, generator.optimizer.learning_rate) == (1, 0.5)
    assert (changed.batch_size, changed.ema_decay) == (7, RECIPE.ema_decay)
    assert RECIPE.override({}) == RECIPE


@pytest.mark.parametrize(
    "change", [{"critic.updates": 0}, {"batch_size": 1.5}, {"ema_decay": 2.0}, {"decay": 1}]
)
def test_what_does_not_fit_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        RECIPE.override(change)


def test_json_holds_the_numbers() -> None:
    plain = json.loads(json.dumps(RECIPE.as_json()))
    assert plain["players"][0] == {
        "networks": ["critic"],
        "objective": "critic_loss",
        "optimizer": {"name": "adam", "learning_rate": 1e-4, "betas": [0.0, 0.9]},
        "updates": 5,
    }


def test_a_plan_sorts_words_into_settings_and_recipe() -> None:
    plan = Plan.make(get_model("wgan_gp"), {"width": "8", "critic.updates": "1"}, steps=3)
    assert (plan.settings["width"], plan.recipe.players[0].updates, plan.steps) == (8, 1, 3)
    assert Plan.make(get_model("wgan_gp"), {}).steps == RECIPE.steps


@pytest.mark.parametrize(("words", "steps"), [({"widht": "8"}, 1), ({"width": "x"}, 1), ({}, 0)])
def test_a_plan_refuses_what_it_can_not_do(words: dict[str, str], steps: int) -> None:
    with pytest.raises(SettingError):
        Plan.make(get_model("wgan_gp"), words, steps)
