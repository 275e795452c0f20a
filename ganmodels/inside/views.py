"""Views of a generator: each a title, a sentence, rows of pictures, and the numbers behind them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import UInt8
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.generator import NetworkGenerator
from ganmodels.inside.interpolation import interpolate
from ganmodels.inside.inversion import Inversion, invert
from ganmodels.inside.judges import Judge
from ganmodels.inside.layers import Filters, feature_maps, pixel_filters
from ganmodels.inside.pictures import Row, histogram, tiles
from ganmodels.inside.scores import Judgement, judge
from ganmodels.inside.spaces import Space, open_space
from ganmodels.inside.strips import Strip
from ganmodels.inside.traversal import traverse, traverse_codes
from ganmodels.protocol import Generator, StyleGenerator

_GRID_COLUMNS = 8
_EXTREMES = 16
_MOST_GENERATED = 1024


@dataclass(frozen=True)
class View:
    """Something to look at.

    Attributes:
        name: for files and addresses.
        title: of the view.
        about: what it shows and what it says of the generator, in a sentence or two.
        rows: pictures with captions.
        data: the numbers, as plain JSON data.
    """

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]
    data: dict[str, Any]


def sample_view(generator: Generator, *, count: int = 32, seed: int = 0) -> View:
    """Shows the first images of a seed."""
    picture = tiles(generator.sample(count, seed), _GRID_COLUMNS)
    return View(
        "samples",
        "Samples",
        "The first images of the seed, as drawn.",
        (Row(f"images 0 to {count - 1} of seed {seed}", picture),),
        {"seed": seed, "count": count},
    )


def interpolation_view(
    space: Space, *, strips: int, steps: int, seed: int = 0, straight: bool = False
) -> View:
    """Shows ways between latents."""
    straight = straight or space.name == "w"
    found = interpolate(space, strips=strips, steps=steps, seed=seed, straight=straight)
    kind = "linear" if straight else "spherical"
    return View(
        f"interpolation-{space.name}-{kind}",
        f"Interpolation in {space.name}, {kind}",
        "Between two images of the seed the others should change evenly. A jump, in one or two steps, speaks "
        "of images learned by heart.",
        tuple(_row(strip, f"{strip.name}, largest step {float(strip.changes.max()):.3f}") for strip in found),
        {"seed": seed, "label": space.label, "strips": [strip.as_json() for strip in found]},
    )


def traversal_view(
    space: Space, dimensions: Sequence[int], *, steps: int, reach: float = 3.0, seed: int = 0
) -> View:
    """Shows one dimension after the other."""
    found = traverse(space, dimensions, steps=steps, reach=reach, seed=seed)
    return View(
        f"traversal-{space.name}",
        f"Traversal of {space.name}",
        f"One dimension at a time goes from −{reach:g} to {reach:g} of its standard deviations; all others "
        "stay. The change is the mean difference of the two ends, from 0 to 1.",
        tuple(_row(strip, f"{strip.name}, change {strip.effect:.3f}") for strip in found),
        {"seed": seed, "label": space.label, "strips": [strip.as_json() for strip in found]},
    )


def code_view(generator: Generator, *, steps: int, reach: float = 3.0, seed: int = 0) -> View:
    """Shows what the generator was made to take apart."""
    found = traverse_codes(generator, steps=steps, reach=reach, seed=seed)
    return View(
        "traversal-codes",
        "Traversal of codes",
        "Classes, categories and codes that the training set apart, one at a time; all else stays.",
        tuple(_row(strip, _places(strip)) for strip in found),
        {"seed": seed, "strips": [strip.as_json() for strip in found]},
    )


def filter_view(generator: Generator) -> View:
    """Shows the filters with which the generator paints its pixels."""
    found = pixel_filters(_network(generator), generator.image_shape, sees=False)
    caption = f"{len(found.pictures)} of {found.count} filters of layer {found.layer}, strongest first"
    return View(
        "filters",
        "Filters that paint",
        "What each unit beside the pixels adds to the image: mid-grey is nothing, each filter is scaled by "
        "itself. Filters like noise have learned nothing.",
        (Row(caption, tiles(found.pictures, 2 * _GRID_COLUMNS)),),
        found.as_json(),
    )


def feature_map_view(space: Space, *, seed: int = 0) -> View:
    """Shows what the layers answer while the first image of a seed is made."""
    generator, points = space.generator, space.draw(1, seed)
    found = feature_maps(_network(generator), lambda: space.images(points), generator.image_shape)
    return View(
        "feature-maps",
        "Feature maps",
        "The last layer of each size while image 0 of the seed is made; each map is scaled by itself. Silent "
        "ones are the same everywhere.",
        tuple(
            Row(
                f"layer {layer.layer}: {len(layer.channels)} of {layer.count} maps, those that vary most; "
                f"{layer.silent:.0%} are silent",
                tiles(layer.pictures, 2 * _GRID_COLUMNS),
            )
            for layer in found
        ),
        {"seed": seed, "layers": [layer.as_json() for layer in found]},
    )


def inversion_view(space: Space, searches: Sequence[Inversion]) -> View:
    """Shows what searches for images came to."""
    return View(
        f"inversion-{space.name}",
        f"Nearest images in {space.name}",
        "The given image, the nearest of those drawn, and the nearest found from there. What the generator "
        "can't make, it has not learned.",
        tuple(_search(found) for found in searches),
        {"space": space.name, "label": space.label, "searches": [found.as_json() for found in searches]},
    )


def judged_view(
    generator: NetworkGenerator,
    by: Judge,
    real: UInt8[Tensor, "n c h w"],
    *,
    classes: Sequence[int] | None = None,
    seed: int = 0,
) -> View:
    """Shows what a judge thinks of given images of these classes and of generated ones, and its filters."""
    count = min(len(real), _MOST_GENERATED)
    labels = None if by.class_count is None else generator.sample_labels(count, seed)
    generated = generator.sample(count, seed)
    given = None if classes is None else torch.tensor(classes)
    found = judge(by, real, generated, real_labels=given, generated_labels=labels)
    view = score_view(found, real)
    told = f"{view.about} The {by.name} is as it was at step {by.step:,}."
    filters, seen = _first_filters(by)
    data = {**view.data, "step": by.step, "filters": seen.as_json()}
    return replace(view, about=told, rows=(*view.rows, filters), data=data)


def _first_filters(by: Judge) -> tuple[Row, Filters]:
    found = pixel_filters(by.network, by.image_shape, sees=True)
    caption = (
        f"{len(found.pictures)} of {found.count} filters of the {by.name}'s first layer, strongest first: "
        "what it looks for"
    )
    return Row(caption, tiles(found.pictures, 2 * _GRID_COLUMNS)), found


def score_view(judgement: Judgement, real: UInt8[Tensor, "n c h w"]) -> View:
    """Shows which of the given images a judge takes for real, and how its scores lie."""
    most, least = judgement.extremes(_EXTREMES)
    return View(
        "scores",
        f"Scores by the {judgement.judge}",
        f"The {judgement.judge} of this training, on the given images and on generated ones. It ranks "
        f"a given image above a generated one in {judgement.told_apart:.1%} of pairs; at 50 % it can't tell.",
        (
            Row("scores", histogram(judgement)),
            Row("most real of the given images", tiles(real[most], _GRID_COLUMNS)),
            Row("least real of the given images", tiles(real[least], _GRID_COLUMNS)),
        ),
        {**judgement.as_json(), "most_real": most.tolist(), "least_real": least.tolist()},
    )


def usual_views(
    generator: Generator,
    *,
    steps: int = 9,
    dimensions: int = 10,
    seed: int = 0,
    sought: UInt8[Tensor, "n c h w"] | None = None,
) -> Sequence[tuple[str, Callable[[], View]]]:
    """Lists the views that need no more than the generator, for a page: names, and what makes each.

    Those that a generator can't give raise `InsideError` when made.

    Args:
        generator: what is looked into.
        steps: images per interpolation.
        dimensions: of each space that are gone through, at most.
        seed: of the latents.
        sought: images of the generator's shape to look for, if any.
    """
    return list(_usual(generator, steps, dimensions, seed, sought))


def _usual(
    generator: Generator, steps: int, dimensions: int, seed: int, sought: Tensor | None
) -> Iterator[tuple[str, Callable[[], View]]]:
    yield "samples", lambda: sample_view(generator, seed=seed)
    spaces = ("z", "w") if isinstance(generator, StyleGenerator) else ("z",)
    for name in spaces:
        space = open_space(generator, name, seed=seed)
        yield f"ways in {name}", _ways(space, steps, seed)
        yield f"dimensions of {name}", _dimensions(space, steps, dimensions, seed)
    yield "codes", lambda: code_view(generator, steps=steps, seed=seed)
    yield "filters", lambda: filter_view(generator)
    yield "feature maps", lambda: feature_map_view(open_space(generator), seed=seed)
    if sought is not None:
        yield "nearest images", _nearest(open_space(generator, spaces[-1], seed=seed), sought, seed)


def _ways(space: Space, steps: int, seed: int) -> Callable[[], View]:
    return lambda: interpolation_view(space, strips=4, steps=steps, seed=seed)


def _dimensions(space: Space, steps: int, dimensions: int, seed: int) -> Callable[[], View]:
    first = range(min(dimensions, space.size))
    return lambda: traversal_view(space, first, steps=steps, seed=seed)


def _nearest(space: Space, sought: Tensor, seed: int) -> Callable[[], View]:
    return lambda: inversion_view(space, [invert(space, image, seed=seed) for image in sought])


def _search(found: Inversion) -> Row:
    images = torch.stack([found.target, found.first, found.found])
    return Row(f"mean squared error {found.errors[0]:.4f}, then {found.error:.4f}", tiles(images, 3))


def _row(strip: Strip, caption: str) -> Row:
    return Row(caption, tiles(strip.images, len(strip.places)))


def _places(strip: Strip) -> str:
    return f"{strip.name}, from {strip.places[0]:.3g} to {strip.places[-1]:.3g}, change {strip.effect:.3f}"


def _network(generator: Generator) -> torch.nn.Module:
    network = getattr(generator, "network", None)
    if not isinstance(network, torch.nn.Module):
        raise InsideError(f"'{generator.name}' shows none of its layers")
    return network
