"""The best discriminator, where both densities are known: p_r / (p_r + p_g).

Goodfellow et al. 2014 (arXiv:1406.2661), proposition 1. The generator is held fixed and makes points of a
second toy, whose density is known as well; the discriminator is trained by the recipe as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ganmodels.toys.data import CHANCES, Toy
from ganmodels.toys.held import fixed_generator
from ganmodels.toys.judging import judge_of
from ganmodels.toys.networks import Body
from ganmodels.toys.plan import toy_plan
from ganmodels.toys.scores import optimal_discriminator
from ganmodels.toys.training import ToyRun, train_toy

_POINTS = 4000


@dataclass(frozen=True)
class Optimum:
    """A trained discriminator beside the best one.

    Attributes:
        run: the training.
        real: what real points are drawn from.
        generated: what the generator draws from.
        mean_error: mean distance between both answers, in [0, 1], over real and generated points.
        largest_error: the largest of these distances.
    """

    run: ToyRun
    real: Toy
    generated: Toy
    mean_error: float
    largest_error: float


def train_discriminator(
    real: Toy,
    generated: Toy,
    out: Path,
    settings: Mapping[str, str],
    *,
    steps: int,
    body: Body,
    seed: int = 0,
) -> Optimum:
    """Trains GAN's discriminator between two toys and holds it against the best one.

    Args:
        real: what real points are drawn from.
        generated: what the generator's are drawn from.
        out: folder for the log.
        settings: see `toy_plan`.
        steps: where to stop.
        body: of the discriminator.
        seed: of everything.
    """
    words = {**settings, "latent_size": str(CHANCES)}
    plan = fixed_generator(toy_plan("gan", words, steps=steps, seed=seed, body=body), real, generated)
    run = train_toy(plan, real, out, looks=2)
    rng = torch.Generator().manual_seed(seed)
    points = torch.cat([real.draw(_POINTS, rng), generated.draw(_POINTS, rng)])
    errors = (learned(run, points) - best(real, generated, points)).abs()
    return Optimum(run, real, generated, float(errors.mean()), float(errors.max()))


@torch.no_grad()
def learned(run: ToyRun, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
    """Asks the trained discriminator how likely points are to be real."""
    judge = judge_of(run.networks, run.plan.recipe)
    assert judge is not None
    return judge.value(run.frame.images(points)).double().sigmoid()


def best(real: Toy, generated: Toy, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
    """Computes what the best discriminator says of points."""
    return optimal_discriminator(real.log_density(points), generated.log_density(points))
