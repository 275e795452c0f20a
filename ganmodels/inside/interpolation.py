"""Ways between two latents: a smooth one shows that the generator has learned more than single images."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.inside.spaces import Space
from ganmodels.inside.strips import Strip, check_room

_TINY = 1e-12


def interpolate(
    space: Space, *, strips: int, steps: int, seed: int = 0, straight: bool = False
) -> Sequence[Strip]:
    """Goes from image 2i of a seed to image 2i + 1, both ends among the steps.

    Jumps on the way, which `Strip.changes` tells, speak of a generator that has learned images by heart.

    Args:
        space: "z", or "w", whose ways are straight in any case.
        strips: number of pairs.
        steps: images on each way, from 2.
        seed: any integer.
        straight: linear interpolation instead of spherical: shorter latents in the middle than are ever
            drawn, and so duller images there.

    Returns:
        A strip per pair; its places are shares of the way, from 0 to 1.

    Raises:
        InsideError: fewer than one strip or two steps, or too many.

    Source: Borji 2019, arXiv:1802.03446, section 3.2.5; spherical: White 2016, arXiv:1609.04468, section 2.1.
    """
    if strips < 1 or steps < 2:
        raise InsideError(f"{strips} strips of {steps} images are no way; give at least 1 of 2")
    check_room(strips * steps, space.generator.image_shape)
    between = torch.lerp if straight or space.name == "w" else slerp
    ends = space.draw(2 * strips, seed)
    shares = torch.linspace(0, 1, steps)
    found = []
    for pair in range(strips):
        one, other = (ends[2 * pair + side].expand(steps, -1) for side in range(2))
        pictures = space.pictures(between(one, other, shares[:, None]))
        name = f"from image {2 * pair} to image {2 * pair + 1}"
        found.append(Strip(name, tuple(shares.tolist()), pictures))
    return found


def slerp(
    one: Float[Tensor, "n d"], other: Float[Tensor, "n d"], share: Float[Tensor, "n 1"]
) -> Float[Tensor, "n d"]:
    """Goes along the great circle in direction and along a straight line in length.

    Args:
        one: where the way begins.
        other: where it ends.
        share: of the way, from 0 to 1.

    Source: Shoemake 1985; White 2016, arXiv:1609.04468, section 2.1; checked by hand in the plane.
    """
    lengths = [torch.linalg.vector_norm(point, dim=1, keepdim=True) for point in (one, other)]
    start, end = one / lengths[0].clamp(min=_TINY), other / lengths[1].clamp(min=_TINY)
    cosine = (start * end).sum(dim=1, keepdim=True).clamp(-1, 1)
    aside = end - cosine * start
    aside = aside / torch.linalg.vector_norm(aside, dim=1, keepdim=True).clamp(min=_TINY)
    angle = share * cosine.acos()
    direction: Tensor = start * angle.cos() + aside * angle.sin()
    return direction * torch.lerp(lengths[0], lengths[1], share)
