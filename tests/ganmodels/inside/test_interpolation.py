"""Ways between latents."""

from collections.abc import Callable
from math import cos, pi, sin

import pytest
import torch

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside import interpolate, open_space
from ganmodels.inside.interpolation import slerp
from ganmodels.inside.strips import Strip
from ganmodels.style_generator import StyleNetworkGenerator


def test_the_way_in_the_plane_is_the_arc() -> None:
    one, other = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    found = slerp(one, other, torch.tensor([[1 / 3]]))
    length = 1 + 2 / 3
    assert torch.allclose(found, torch.tensor([[length * cos(pi / 6), length * sin(pi / 6)]]), atol=1e-6)


def test_both_ends_are_images_of_the_seed(linear: NetworkGenerator) -> None:
    strips = interpolate(open_space(linear), strips=2, steps=5, seed=3)
    samples = linear.sample(4, 3)
    assert [strip.images.shape for strip in strips] == [(5, 1, 16, 16)] * 2
    for pair, strip in enumerate(strips):
        ends = strip.images[[0, -1]].int()
        assert int((ends - samples[2 * pair : 2 * pair + 2].int()).abs().max()) <= 1
        assert strip.places == (0.0, 0.25, 0.5, 0.75, 1.0)


def test_straight_ways_of_a_linear_generator_have_even_steps(linear: NetworkGenerator) -> None:
    (straight,) = interpolate(open_space(linear), strips=1, steps=9, straight=True)
    assert float(straight.changes.std()) < 0.1 * float(straight.changes.mean())
    (arc,) = interpolate(open_space(linear), strips=1, steps=9)
    assert not torch.equal(arc.images, straight.images)


def test_ways_between_styles_are_straight(make_styled: Callable[..., StyleNetworkGenerator]) -> None:
    space = open_space(make_styled(), "w")
    asked, straight = (interpolate(space, strips=1, steps=4, straight=flag)[0] for flag in (False, True))
    assert torch.equal(asked.images, straight.images)


def test_a_jump_shows_in_the_changes() -> None:
    images = torch.zeros(4, 1, 16, 16, dtype=torch.uint8)
    images[2:] = 255
    strip = Strip("a way", (0.0, 1.0, 2.0, 3.0), images)
    assert strip.changes.tolist() == [0.0, 1.0, 0.0]
    assert strip.effect == 1.0
    assert strip.as_json()["changes"] == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(("strips", "steps"), [(0, 5), (1, 1), (10**6, 10**4)])
def test_ways_of_nothing_or_too_much_are_a_sentence(
    linear: NetworkGenerator, strips: int, steps: int
) -> None:
    with pytest.raises(InsideError, match=r"are no way|take over"):
        interpolate(open_space(linear), strips=strips, steps=steps)
