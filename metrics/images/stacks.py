"""Images of one size as one tensor, for metrics that look at the pixels themselves."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from metrics.errors import InvalidEvidenceError, TooFewSamplesError
from metrics.evidence.kinds import Images
from metrics.statistics.chance import random_state


def chosen(count: int, limit: int, seed: int) -> Int[Tensor, " m"]:
    """Indices of at most `limit` of `count` images, in order.

    Raises:
        TooFewSamplesError: fewer than two.
    """
    if min(count, limit) < 2:
        raise TooFewSamplesError(f"{min(count, limit)} images are too few; give at least 2 of each set.")
    drawn = random_state(seed).permutation(count)[:limit]
    return torch.from_numpy(drawn).sort().values


def stack_of(images: Images, indices: Int[Tensor, " m"]) -> Float[Tensor, "m c h w"]:
    """Grey values from 0 to 255 as float32; of grey images one channel only.

    Args:
        images: a set whose images have one size.
        indices: which of them.

    Raises:
        InvalidEvidenceError: two images differ in size, so that pixels have no counterpart.
    """
    wanted = indices.tolist()
    read = [images.source.read(index, index + 1)[0] for index in wanted]
    sizes = {tuple(pixels.shape[1:]) for pixels in read}
    if len(sizes) > 1:
        (height, width), (other_height, other_width) = sorted(sizes)[:2]
        raise InvalidEvidenceError(
            f"The set holds images of {width} × {height} and of {other_width} × {other_height} pixels; "
            "to compare pixels give images of one size."
        )
    stack = torch.stack(read)
    grey = bool((stack == stack[:, :1]).all())
    return (stack[:, :1] if grey else stack).float()


def same_shape(
    one: Float[Tensor, "n c h w"], other: Float[Tensor, "m d h2 w2"]
) -> tuple[Float[Tensor, "n e h w"], Float[Tensor, "m e h w"]]:
    """Two stacks with equally many channels: one of grey images is repeated where the other has colours.

    Raises:
        InvalidEvidenceError: the images differ in size.
    """
    if one.shape[2:] != other.shape[2:]:
        raise InvalidEvidenceError(
            f"Images of {one.shape[3]} × {one.shape[2]} and of {other.shape[3]} × {other.shape[2]} pixels "
            "can't be compared pixel by pixel; give both sets in one size."
        )
    channels = max(one.shape[1], other.shape[1])
    return one.expand(-1, channels, -1, -1), other.expand(-1, channels, -1, -1)
