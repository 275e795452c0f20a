"""A generator that is held, and the discriminator that is held against the closed form."""

from dataclasses import replace
from pathlib import Path

import torch

from ganmodels.registry import GENERATOR
from ganmodels.toys.data import Frame, get_toy
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


def test_where_both_are_alike_the_best_answer_is_a_half_and_is_learned(tmp_path: Path) -> None:
    toy = replace(get_toy("ring8"), std=0.5)
    found = train_discriminator(
        toy, toy, tmp_path, {"discriminator.learning_rate": "2e-3"}, steps=150, body=Body(16, 2)
    )
    points = toy.draw(10, torch.Generator().manual_seed(0))
    torch.testing.assert_close(best(toy, toy, points), torch.full((10,), 0.5, dtype=torch.float64))
    assert found.mean_error < 0.06
    assert found.mean_error <= found.largest_error
