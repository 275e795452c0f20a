"""A toy's plan is the model's recipe; what can't be run says why."""

import pytest

from ganmodels.errors import ModelNameError, SettingError, ToyModelError
from ganmodels.registry import get_model
from ganmodels.toys.plan import DEFAULTS, toy_plan


def test_the_recipe_is_the_models_but_for_what_suits_points_better(toy_model: str) -> None:
    own = get_model(toy_model).recipe
    plan = toy_plan(toy_model, {})
    assert plan.recipe.override({"batch_size": own.batch_size}) == own
    assert plan.recipe.batch_size == int(DEFAULTS["batch_size"])
    changed = {
        name for name, value in plan.settings.items() if value != get_model(toy_model).resolve({})[name]
    }
    assert changed <= DEFAULTS.keys()


def test_numbers_of_the_recipe_and_settings_of_the_objective_can_be_given() -> None:
    plan = toy_plan("wgan_gp", {"critic.updates": "2", "penalty_weight": "1", "latent_size": "2"}, steps=7)
    assert (plan.recipe.players[0].updates, plan.settings["penalty_weight"], plan.steps) == (2, 1.0, 7)


def test_a_conditional_model_is_refused_with_the_reason() -> None:
    with pytest.raises(ToyModelError, match="conditioned on classes"):
        toy_plan("cgan", {})


def test_a_model_that_is_not_trained_is_refused_as_ever() -> None:
    with pytest.raises(SettingError, match="not trained"):
        toy_plan("stylegan2", {})


@pytest.mark.parametrize("name", ["width", "network"])
def test_settings_of_layers_for_images_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match="--depth and --width"):
        toy_plan("gan", {name: "8"})


def test_unknown_names_are_refused_as_ever() -> None:
    with pytest.raises(ModelNameError, match="wgan_gp"):
        toy_plan("wgan_gb", {})
    with pytest.raises(SettingError, match="no setting"):
        toy_plan("gan", {"penalty_weight": "1"})
