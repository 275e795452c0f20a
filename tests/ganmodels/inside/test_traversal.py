"""One dimension, code or class at a time."""

from collections.abc import Callable
from typing import cast

import pytest
import torch

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside import open_space, traverse
from ganmodels.inside.traversal import code_prior, traverse_codes
from ganmodels.protocol import Generator
from ganmodels.style_generator import StyleNetworkGenerator


def test_only_the_dimension_moves(linear: NetworkGenerator) -> None:
    strips = traverse(open_space(linear), [0, 2], steps=7, reach=2.0, seed=5, start=4)
    latents = linear.sample_latent(1, 5, start=4).repeat(7, 1)
    latents[:, 2] = torch.linspace(-2, 2, 7)
    assert torch.equal(strips[1].images, open_space(linear).pictures(latents))
    assert strips[1].name == "dimension 2 of z"
    assert strips[1].places == tuple(torch.linspace(-2, 2, 7).tolist())
    weights = cast(torch.nn.Linear, linear.network.map).weight
    expected = (weights[:, 2] * 4).abs().mean() / 2
    assert strips[1].effect == pytest.approx(float(expected), rel=0.02)


def test_styles_move_by_their_deviation(make_styled: Callable[..., StyleNetworkGenerator]) -> None:
    space = open_space(make_styled(), "w")
    (strip,) = traverse(space, [3], steps=3, reach=1.0)
    point = space.draw(1, 0).repeat(3, 1)
    point[:, 3] = space.centre[3] + torch.tensor([-1.0, 0.0, 1.0]) * space.spread[3]
    assert torch.equal(strip.images, space.pictures(point))


def test_codes_of_infogan_are_set_apart(generators: dict[str, Generator]) -> None:
    infogan = generators["infogan"]
    category, *codes = traverse_codes(infogan, steps=5, reach=2.0, seed=1)
    prior = code_prior(infogan)
    assert prior is not None
    assert category.name == "category"
    assert category.places == tuple(map(float, range(prior.categories)))
    assert [strip.name for strip in codes] == ["code 0", "code 1"]
    assert codes[0].places[2] == 0
    assert codes[0].places[-1] == pytest.approx(0.9545, abs=1e-4)  # the share of N(0, 1) within ±2
    images = {image.numpy().tobytes() for image in category.images}
    assert len(images) == prior.categories


def test_the_category_is_the_one_that_was_asked_for(generators: dict[str, Generator]) -> None:
    seen: list[torch.Tensor] = []
    infogan = cast(NetworkGenerator, generators["infogan"])
    prior = code_prior(infogan)
    assert prior is not None
    hook = prior.register_forward_hook(lambda _module, _inputs, answer: seen.append(answer))
    try:
        traverse_codes(infogan, steps=2)
    finally:
        hook.remove()
    assert torch.equal(seen[0][:, prior.continuous : prior.continuous + prior.categories], torch.eye(10))
    assert len(seen[0][:, prior.continuous + prior.categories :].unique(dim=0)) == 1


def test_classes_are_walked_through(generators: dict[str, Generator]) -> None:
    cgan = generators["cgan"]
    (strip,) = traverse_codes(cgan, steps=5, seed=2)
    assert strip.name == "class"
    for label in (0, 9):
        assert torch.equal(strip.images[label], cgan.sample(1, 2, labels=label)[0])


def test_a_generator_without_codes_is_a_sentence(linear: NetworkGenerator) -> None:
    with pytest.raises(InsideError, match="neither codes nor classes; go through its dimensions"):
        traverse_codes(linear, steps=5)


@pytest.mark.parametrize(
    ("dimensions", "steps", "reach", "sentence"),
    [
        ([3], 5, 3.0, "no dimension 3; give one from 0 to 2"),
        ([-1], 5, 3.0, "no dimension -1"),
        ([0], 1, 3.0, "at least 2 steps"),
        ([0], 5, 0.0, "a reach above 0"),
        ([0], 5, float("nan"), "a reach above 0"),
        ([0], 10**8, 3.0, "take over"),
    ],
)
def test_what_can_not_be_walked_is_a_sentence(
    linear: NetworkGenerator, dimensions: list[int], steps: int, reach: float, sentence: str
) -> None:
    with pytest.raises(InsideError, match=sentence):
        traverse(open_space(linear), dimensions, steps=steps, reach=reach)
