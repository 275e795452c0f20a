"""A generator that is held fixed, and whose density is known: it makes the points of a toy."""

from dataclasses import replace

from jaxtyping import Float
from torch import Tensor, nn

from ganmodels.networks.shapes import ImageShape
from ganmodels.registry import GENERATOR
from ganmodels.toys.data import Frame, Toy
from ganmodels.training.plan import Plan


class ToyGenerator(nn.Module):
    """A generator whose density is known: it makes the points of a toy of three normal numbers each."""

    def __init__(self, toy: Toy, frame: Frame) -> None:
        """Takes the toy, and how a model sees points."""
        super().__init__()
        self._toy, self._frame = toy, frame

    def forward(self, latents: Float[Tensor, "n 3"]) -> Float[Tensor, "n 2 1 1"]:
        """Makes one point of each latent."""
        return self._frame.images(self._toy.place(latents))


def fixed_generator(plan: Plan, real: Toy, generated: Toy) -> Plan:
    """Returns the plan with a generator that makes the points of a toy and is never moved.

    Args:
        plan: with three dimensions of the latent.
        real: toy whose square is looked at.
        generated: what the generator makes.
    """
    build = plan.model.build
    frame = Frame.of(real, plan.recipe.image_range)

    def held(shape: ImageShape) -> nn.ModuleDict:
        networks = build(shape)
        networks[GENERATOR] = ToyGenerator(generated, frame)
        return networks

    moved = tuple(player for player in plan.recipe.players if GENERATOR not in player.networks)
    return replace(
        plan, model=replace(plan.model, build=held), recipe=replace(plan.recipe, players=moved, ema_decay=0.0)
    )
