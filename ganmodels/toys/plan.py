"""A toy's plan: the model's recipe as it is, its networks rebuilt for points."""

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from torch import nn

from ganmodels.errors import SettingError, ToyModelError
from ganmodels.networks.shapes import ImageShape
from ganmodels.registry import Model, get_model
from ganmodels.settings import Value
from ganmodels.toys.networks import Body, for_points
from ganmodels.training.plan import Plan

DEFAULTS: Mapping[str, str] = {
    "latent_size": "16",
    "batch_size": "128",
    "likelihood": "gaussian",
    "pixel_std": "0.02",
    "margin": "1",
    "penalty_weight": "0.1",
}
"""What suits points better than images, wherever a model has it.

Likelihood and deviation are of points in a range of length 1. The margin is half of the square's
side. The penalty's weight is that of the toys that the authors of WGAN-GP published with their paper: the
recipe's 10 is for images, and takes many times the steps.
"""

WIDTH = 64
HIDDEN_LAYERS = 3
BODY = Body(WIDTH, HIDDEN_LAYERS)
STEPS = 3000

_OWN_SHAPE: ImageShape = (1, 32, 32)
_ABOUT_LAYERS = ("network", "hidden_layers", "width", "critic_width", "discriminator_width")


def toy_plan(
    name: str,
    assignments: Mapping[str, str],
    *,
    steps: int = STEPS,
    seed: int = 0,
    body: Body = BODY,
    command: str = "",
) -> Plan:
    """Makes the plan of a model's training on points.

    Args:
        name: of the model.
        assignments: words of a command line, such as {"critic.updates": "3"}; the rest is the recipe's, but
            for `DEFAULTS`.
        steps: where to stop.
        seed: of weights, points and latents.
        body: of all networks.
        command: trains it again.

    Raises:
        ModelNameError, SettingError: as for a training on images; a setting of the layers.
        ToyModelError: the model can't be run on points, and why.
    """
    model = get_model(name)
    for setting in _ABOUT_LAYERS:
        if setting in assignments:
            raise SettingError(
                f"{setting} is about layers for images; a toy's are fully connected: see --depth and --width"
            )
    known = {**model.settings, **model.recipe.overrides()}
    defaults = {setting: value for setting, value in DEFAULTS.items() if setting in known}
    plan = Plan.make(model, {**defaults, **assignments}, steps, seed=seed, command=command)
    if plan.class_count is not None:
        raise ToyModelError(
            f"{name} is conditioned on classes, and a toy's points have none; take a model without, see list"
        )
    return replace(plan, model=rebuilt(model, plan.settings, body))


def rebuilt(model: Model, settings: Mapping[str, Value], body: Body) -> Model:
    """Returns the model with networks for points, which depend on the seed alone as its own do.

    Raises:
        ToyModelError: see `for_points`.
    """
    try:
        own = model.networks(_OWN_SHAPE, settings, seed=0)
        for_points(own, prod(_OWN_SHAPE), body)
    except ToyModelError as error:
        raise ToyModelError(f"{model.name} can't be run on points: {error}") from error

    def build(_shape: ImageShape) -> nn.ModuleDict:
        return for_points(own, prod(_OWN_SHAPE), body)

    return replace(model, build=build)
