"""The nearest latent to an image."""

from collections.abc import Callable

import pytest
import torch

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside import invert, open_space
from ganmodels.protocol import Generator
from ganmodels.style_generator import StyleNetworkGenerator
from metrics.statistics.inversion import invert as invert_of_metrics


def test_least_squares_is_found(linear: NetworkGenerator) -> None:
    rng = torch.Generator().manual_seed(2)
    target = torch.randint(60, 200, (1, 16, 16), generator=rng, dtype=torch.uint8)
    found = invert(open_space(linear), target, steps=300, draws=16)
    weights = linear.network.map.weight
    wanted = (target.float() / 255 * 2 - 1).reshape(-1, 1)
    solution = torch.linalg.lstsq(weights, wanted).solution.flatten()
    assert torch.allclose(found.point, solution, atol=0.02)
    assert found.error <= found.errors[0]


def test_an_image_of_the_generator_is_found_again(linear: NetworkGenerator) -> None:
    target = linear.sample(1, 99)[0]
    found = invert(open_space(linear), target, steps=300, draws=4)
    assert found.error < 1e-4
    assert int((found.found.int() - target.int()).abs().max()) <= 2
    assert found.as_json()["error"] == found.error


def test_metrics_come_to_the_same_error(linear: NetworkGenerator) -> None:
    """Two libraries that know nothing of each other look for the same thing."""
    target = torch.full((1, 16, 16), 170, dtype=torch.uint8)
    ours = invert(open_space(linear), target, steps=300, draws=8)

    def make(latents: torch.Tensor) -> torch.Tensor:
        return (linear.images(latents) + 1) / 2

    theirs = invert_of_metrics(
        make, target[None] / 255, linear.sample_latent(2, 0)[:, None], steps=300, learning_rate=0.1
    )
    assert ours.error == pytest.approx(float(theirs.errors[0]), rel=1e-3)


def test_styles_and_classes_are_searched_too(
    make_styled: Callable[..., StyleNetworkGenerator], generators: dict[str, Generator]
) -> None:
    for space in (open_space(make_styled(), "w"), open_space(generators["cgan"], label=4)):
        target = space.pictures(space.draw(1, 5))[0]
        found = invert(space, target, steps=15, draws=4)
        assert found.error < found.errors[0]


def test_progress_is_told_and_the_seed_decides(linear: NetworkGenerator) -> None:
    target, seen = linear.sample(1, 1)[0], []
    space = open_space(linear)
    first = invert(space, target, steps=3, draws=4, seed=8, progress=lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert torch.equal(first.point, invert(space, target, steps=3, draws=4, seed=8).point)


def test_what_can_not_be_looked_for_is_a_sentence(linear: NetworkGenerator) -> None:
    space = open_space(linear)
    with pytest.raises(InsideError, match="bring it to that size"):
        invert(space, torch.zeros(3, 16, 16, dtype=torch.uint8))
    with pytest.raises(InsideError, match="find nothing"):
        invert(space, torch.zeros(1, 16, 16, dtype=torch.uint8), draws=0)


def test_a_generator_without_slopes_is_a_sentence(linear: NetworkGenerator) -> None:
    class Opaque(torch.nn.Module):
        def forward(self, latents: torch.Tensor) -> torch.Tensor:
            return linear.network(latents.detach())

    generator = NetworkGenerator(
        "opaque", Opaque(), latent_size=3, image_shape=(1, 16, 16), image_range=(-1.0, 1.0), provenance={}
    )
    with pytest.raises(InsideError, match="can't be differentiated"):
        invert(open_space(generator), torch.zeros(1, 16, 16, dtype=torch.uint8), draws=2)
