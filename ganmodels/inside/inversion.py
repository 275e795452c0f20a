"""The nearest latent to a given image: what a generator can make of it at best.

`metrics` searches latents for its reconstruction error, too; the two libraries know neither each other nor a
third, so each has its own dozen lines, and a test holds them to the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.generator import BLOCK
from ganmodels.inside.spaces import Space

_LAST_RATE = 0.1


@dataclass(frozen=True)
class Inversion:
    """What a search came to.

    Attributes:
        target: the image looked for.
        first: the nearest of the images drawn.
        found: the nearest image of all.
        point: its place in the space.
        errors: mean squared difference after every step, from the best draw on; values from 0 to 1.
    """

    target: UInt8[Tensor, "c h w"]
    first: UInt8[Tensor, "c h w"]
    found: UInt8[Tensor, "c h w"]
    point: Float[Tensor, " d"]
    errors: tuple[float, ...]

    @property
    def error(self) -> float:
        """The least of the errors."""
        return min(self.errors)

    def as_json(self) -> dict[str, Any]:
        """Returns its numbers as plain data."""
        return {"error": self.error, "errors": list(self.errors), "point": self.point.tolist()}


def invert(
    space: Space,
    target: UInt8[Tensor, "c h w"],
    *,
    steps: int = 200,
    draws: int = 256,
    learning_rate: float = 0.1,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Inversion:
    """Looks for the point of a space whose image is nearest to a given one, pixel by pixel.

    The search begins at the nearest of `draws` images and goes down by Adam, its rate falling to a tenth, in
    units of each dimension's deviation. It finds a good point and may miss the best; its error is an upper
    bound.

    Args:
        space: where to look.
        target: the image, of the generator's shape.
        steps: of Adam.
        draws: images tried first, from 1.
        learning_rate: of the first step.
        seed: of the draws.
        progress: called with (steps done, steps).

    Raises:
        InsideError: an image of another shape, no draws, negative steps, or images that can't be
            differentiated.

    Source: Xiang and Li 2017, arXiv:1704.03971, section 3; checked against least squares.
    """
    if tuple(target.shape) != space.generator.image_shape:
        raise InsideError(
            f"the image is {tuple(target.shape)} (channels, height, width) and the generator's are "
            f"{space.generator.image_shape}; bring it to that size"
        )
    if steps < 0 or draws < 1:
        raise InsideError(f"{draws} draws and {steps} steps find nothing; give at least 1 and 0")
    wanted = target.float() / 255
    start = _nearest(space, wanted, draws, seed)
    scaled = torch.zeros_like(start).requires_grad_()
    optimizer = torch.optim.Adam([scaled], lr=learning_rate)
    rate = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, _LAST_RATE, total_iters=max(1, steps))
    best, errors = start, list[float]()
    for step in range(steps + 1):
        point = start + scaled * space.spread
        error = _errors(space, point[None], wanted)[0]
        number = float(error.detach())
        if not errors or number < min(errors):
            best = point.detach().clone()
        errors.append(number)
        if step < steps:
            _check_differentiable(error, space)
            optimizer.zero_grad()
            torch.autograd.backward(error)
            optimizer.step()
            rate.step()
            if progress is not None:
                progress(step + 1, steps)
    first, found = space.pictures(torch.stack([start, best]))
    return Inversion(target, first, found, best, tuple(errors))


@torch.no_grad()
def _nearest(space: Space, wanted: Float[Tensor, "c h w"], draws: int, seed: int) -> Float[Tensor, " d"]:
    points = space.draw(draws, seed)
    errors = torch.cat([_errors(space, part, wanted) for part in points.split(BLOCK)])
    nearest: Tensor = points[int(errors.argmin())]
    return nearest


def _errors(
    space: Space, points: Float[Tensor, "n d"], wanted: Float[Tensor, "c h w"]
) -> Float[Tensor, " n"]:
    low, high = space.generator.image_range
    shown = (space.images(points) - low) / (high - low)
    return (shown - wanted).square().flatten(1).mean(dim=1)


def _check_differentiable(error: Tensor, space: Space) -> None:
    if not error.requires_grad:
        raise InsideError(
            f"the images of '{space.generator.name}' can't be differentiated, so no latent can be looked for "
            "by its slope; give its state dict with an architecture instead of a program"
        )
