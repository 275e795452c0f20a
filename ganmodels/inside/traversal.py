"""Latent traversals: one thing is changed, all else stays."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.inside.spaces import Space, open_space
from ganmodels.inside.strips import Strip, check_room
from ganmodels.layers.priors import CodePrior
from ganmodels.protocol import Generator


def traverse(
    space: Space, dimensions: Sequence[int], *, steps: int, reach: float = 3.0, seed: int = 0, start: int = 0
) -> Sequence[Strip]:
    """Moves one dimension of one point at a time.

    Args:
        space: of latents or styles.
        dimensions: which, from 0.
        steps: images per dimension, from 2.
        reach: how far from the dimension's mean, in its standard deviations, both ways.
        seed: any integer.
        start: which image of the seed is changed.

    Returns:
        A strip per dimension; its places are standard deviations from the mean.

    Raises:
        InsideError: no such dimension, fewer than two steps, too many images, or no reach.
    """
    _check(space, dimensions, steps, reach)
    places = torch.linspace(-reach, reach, steps)
    (point,) = space.draw(1, seed, start=start)
    found = []
    for dimension in dimensions:
        points = point.repeat(steps, 1)
        points[:, dimension] = space.centre[dimension] + places * space.spread[dimension]
        name = f"dimension {dimension} of {space.name}"
        found.append(Strip(name, tuple(places.tolist()), space.pictures(points)))
    return found


def traverse_codes(
    generator: Generator, *, steps: int, reach: float = 3.0, seed: int = 0, start: int = 0
) -> Sequence[Strip]:
    """Moves what a generator was made to take apart: classes, categories and continuous codes.

    Args:
        generator: one that knows classes, or whose latent begins with codes.
        steps: images per continuous code.
        reach: as for `traverse`.
        seed: any integer.
        start: which image of the seed is changed.

    Returns:
        Strips whose places are class numbers, category numbers, or values of a code from −1 to 1.

    Raises:
        InsideError: the generator has neither classes nor codes.
    """
    strips: list[Strip] = []
    if generator.class_count is not None:
        strips.append(_classes(generator, seed, start))
    prior = code_prior(generator)
    if prior is not None:
        space = open_space(generator)
        if prior.categories:
            strips.append(_categories(space, prior, seed, start))
        codes = range(prior.continuous)
        moved = traverse(space, codes, steps=steps, reach=reach, seed=seed, start=start) if codes else ()
        strips += [
            Strip(f"code {code}", _uniform(strip.places), strip.images) for code, strip in enumerate(moved)
        ]
    if not strips:
        raise InsideError(
            f"'{generator.name}' has neither codes nor classes; go through its dimensions one by one"
        )
    return strips


def code_prior(generator: Generator) -> CodePrior | None:
    """Finds what makes codes of the first dimensions of a generator's latent, if anything does."""
    network = getattr(generator, "network", None)
    modules = network.modules() if isinstance(network, torch.nn.Module) else ()
    return next((module for module in modules if isinstance(module, CodePrior)), None)


def _classes(generator: Generator, seed: int, start: int) -> Strip:
    count = generator.class_count or 0
    latents = generator.sample_latent(1, seed, start=start)
    pictures = [open_space(generator, label=label).pictures(latents) for label in range(count)]
    return Strip("class", tuple(map(float, range(count))), torch.cat(pictures))


def _categories(space: Space, prior: CodePrior, seed: int, start: int) -> Strip:
    first, count = prior.continuous, prior.categories
    points = space.draw(1, seed, start=start).repeat(count, 1)
    largest = points[:, first : first + count].max() + 1
    points[torch.arange(count), first + torch.arange(count)] = largest  # only which is largest counts
    return Strip("category", tuple(map(float, range(count))), space.pictures(points))


def _uniform(places: Sequence[float]) -> tuple[float, ...]:
    values: Float[Tensor, " n"] = torch.special.erf(torch.tensor(places) * 0.5**0.5)
    return tuple(values.tolist())


def _check(space: Space, dimensions: Sequence[int], steps: int, reach: float) -> None:
    if steps < 2 or not 0 < reach < 1e3:
        raise InsideError(
            f"{steps} steps over ±{reach} are no way; give at least 2 steps and a reach above 0, such as 3"
        )
    check_room(len(dimensions) * steps, space.generator.image_shape)
    for dimension in dimensions:
        if not 0 <= dimension < space.size:
            raise InsideError(
                f"{space.name} has no dimension {dimension}; give one from 0 to {space.size - 1}"
            )
