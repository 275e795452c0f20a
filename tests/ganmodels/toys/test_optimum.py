"""A generator that is held, and the discriminator that is held against the closed form."""

from pathlib import Path

import torch

from ganmodels.registry import GENERATOR
from ganmodels.toys.data import Frame, Toy, get_toy
from ganmodels.toys.held import ToyGenerator, fixed_generator
from ganmodels.toys.networks import Body
from ganmodels.toys.optimum import best, train_discriminator
from ganmodels.toys.plan import toy_plan


def test_a_held_generator_makes_the_points_of_its_toy() -> None:
    toy = get_toy("grid25")
    frame = Frame.of(toy, (-1.0, 1.0))
    latents = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(frame.points(ToyGenerator(toy, frame)(latents)), toy.place(latents))


def test_only_the_others_are_moved() -> None:
    toy = get_toy("ring8")
    plan = fixed_generator(toy_plan("wgan_gp", {"latent_size": "3"}, body=Body(8, 2)), toy, toy)
    assert [player.name for player in plan.recipe.players] == ["critic"]
    assert isinstance(plan.model.networks((2, 1, 1), plan.settings, 0)[GENERATOR], ToyGenerator)


def _gaussian(x: float) -> Toy:
    return Toy("gaussian", torch.tensor([[x, 0.0]]), 1.0, torch.zeros(1, dtype=torch.int64), 4.0)


def test_the_best_answer_between_two_gaussians_is_logistic_and_is_learned(tmp_path: Path) -> None:
    """Of deviation one and two apart, p_r / (p_r + p_g) is the logistic function of twice x."""
    real, generated = _gaussian(1.0), _gaussian(-1.0)
    points = real.draw(10, torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        best(real, generated, points), (2 * points[:, 0]).sigmoid().double(), atol=1e-5, rtol=0
    )
    rate = {"discriminator.learning_rate": "2e-3"}
    errors = [
        train_discriminator(real, generated, tmp_path / str(n), rate, steps=n, body=Body(16, 2)).mean_error
        for n in (1, 200)
    ]
    assert errors[1] < 0.12 < errors[0]
