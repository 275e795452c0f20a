"""Latents and styles as places to look images up in."""

from collections.abc import Callable

import pytest
import torch

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside import open_space
from ganmodels.protocol import Generator, StyleGenerator
from ganmodels.style_generator import StyleNetworkGenerator


def test_latents_show_the_images_that_sampling_makes(linear: NetworkGenerator) -> None:
    space = open_space(linear)
    assert torch.equal(space.pictures(space.draw(40, 7, start=3)), linear.sample(40, 7, start=3))
    assert space.size == 3


def test_styles_show_the_images_that_sampling_makes(
    make_styled: Callable[..., StyleNetworkGenerator],
) -> None:
    styled = make_styled(truncation=0.7)
    space = open_space(styled, "w")
    assert isinstance(styled, StyleGenerator)
    assert space.size == 5
    shown, sampled = space.pictures(space.draw(4, 7)), styled.sample(4, 7)
    assert (shown.int() - sampled.int()).abs().max() <= 1  # a batch of another size rounds in other places
    drawn = styled.styles(styled.sample_latent(4000, 9))
    assert torch.allclose(space.centre, drawn.mean(0), atol=0.2 * float(space.spread.max()))
    assert torch.allclose(space.spread, drawn.std(0), rtol=0.2)


def test_a_class_is_kept(generators: dict[str, Generator]) -> None:
    cgan = generators["cgan"]
    space = open_space(cgan, label=3)
    assert torch.equal(space.pictures(space.draw(5, 0)), cgan.sample(5, 0, labels=3))
    assert open_space(cgan).label == 0


@pytest.mark.parametrize(
    ("name", "label", "sentence"),
    [
        ("x", None, "there is no space 'x'; give z or w"),
        ("w", None, "has no styles; take the space z"),
        ("z", 1, "knows no classes"),
    ],
)
def test_what_a_generator_lacks_is_a_sentence(
    linear: NetworkGenerator, name: str, label: int | None, sentence: str
) -> None:
    with pytest.raises(InsideError, match=sentence):
        open_space(linear, name, label=label)


def test_an_unknown_class_is_a_sentence(generators: dict[str, Generator]) -> None:
    with pytest.raises(InsideError, match="knows no class 10; give one from 0 to 9"):
        open_space(generators["cgan"], label=10)
