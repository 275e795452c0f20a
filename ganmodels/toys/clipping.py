"""What clipping the weights does to a critic, and a penalty on its gradient does not.

Gulrajani et al. 2017 (arXiv:1704.00028), section 3 and figure 1: on the Swiss roll, with twelve layers,
gradients under clipped weights grow or shrink by a constant factor from layer to layer; and where the
generator is held at real points with noise, clipped weights end at either bound.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganmodels.losses.gradient_penalty import interpolates
from ganmodels.registry import GENERATOR, LATENT_SIZE
from ganmodels.seeds import normal_rows, torch_rng
from ganmodels.toys.data import Toy
from ganmodels.toys.judging import judge_of, layer_slopes, slopes
from ganmodels.toys.training import ToyRun, train_toy
from ganmodels.training.plan import Plan

CRITIC = "critic"
_AT_BOUND = 0.999
_POINTS = 512


@dataclass(frozen=True)
class CriticRun:
    """A critic after its training.

    Attributes:
        run: the whole of it.
        bound: of its weights; 0 where there is none.
        weights: of its layers, in one row.
        at_bound: share of weights at either bound; 0 where there is none.
        by_layer: mean norm of the value's gradient by what each layer answers, from the input on.
        slopes: norm of its gradient at points between real and generated ones.
    """

    run: ToyRun
    bound: float
    weights: Float[Tensor, " w"]
    at_bound: float
    by_layer: tuple[float, ...]
    slopes: Float[Tensor, " n"]

    @property
    def growth(self) -> float:
        """Factor by which the gradient grows from one layer to the next on its way to the input."""
        factor: float = (self.by_layer[0] / self.by_layer[-1]) ** (1 / (len(self.by_layer) - 1))
        return factor


def train_critic(plan: Plan, toy: Toy, out: Path, *, start_inside: bool = False) -> CriticRun:
    """Trains a model with a critic on a toy and looks into the critic.

    Args:
        plan: of a model with a critic; see `toy_plan` and `fixed_generator`.
        toy: real points.
        out: folder for the log.
        start_inside: start with no weight beyond half the bound, so that none is at it but by training.
    """
    bound = next(player.clip for player in plan.recipe.players if player.name == CRITIC)
    half = bound / 2 if start_inside else 0.0
    run = train_toy(plan, toy, out, looks=2, prepare=lambda state: start_within(state.networks[CRITIC], half))
    critic = cast(nn.Sequential, run.networks[CRITIC])
    weights = weights_of(critic)
    real, generated = pairs(run)
    return CriticRun(
        run,
        bound,
        weights,
        share_at_bound(weights, bound),
        tuple(layer_slopes(critic, torch.cat([real, generated]))),
        slopes_between(run, real, generated),
    )


def start_within(network: nn.Module, bound: float) -> None:
    """Makes weights small enough, layer by layer, in place; 0 leaves them as they are."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    for layer in layers if bound else ():
        largest = float(layer.weight.detach().abs().max())
        with torch.no_grad():
            layer.weight.mul_(min(1.0, bound / largest))


@torch.no_grad()
def pairs(run: ToyRun) -> tuple[Float[Tensor, "n 2 1 1"], Float[Tensor, "n 2 1 1"]]:
    """Draws real points and as many generated ones, as the model sees them."""
    real = run.toy.draw(_POINTS, torch_rng(run.plan.seed, "look"))
    latents = normal_rows(0, _POINTS, int(run.plan.settings[LATENT_SIZE]), run.plan.seed)
    return run.frame.images(real), run.networks[GENERATOR](latents)


def slopes_between(
    run: ToyRun, real: Float[Tensor, "n 2 1 1"], generated: Float[Tensor, "n 2 1 1"]
) -> Float[Tensor, " n"]:
    """Computes the norm of the critic's gradient at random points between real and generated ones."""
    judge = judge_of(run.networks, run.plan.recipe)
    assert judge is not None
    mix = torch.rand(len(real), generator=torch_rng(run.plan.seed, "mix"))
    return slopes(judge, interpolates(real, generated, mix))


def weights_of(network: nn.Module) -> Float[Tensor, " w"]:
    """Lists the weights of a network's layers, without biases."""
    found = [layer.weight.detach().flatten() for layer in network.modules() if isinstance(layer, nn.Linear)]
    return torch.cat(found)


def share_at_bound(weights: Float[Tensor, " w"], bound: float) -> float:
    """Computes the share of weights within a thousandth of -bound or bound; 0 where the bound is."""
    return float((weights.abs() >= _AT_BOUND * bound).float().mean()) if bound else 0.0
