"""Pairs of images that a metric found alike, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class ImagePairs:
    """Pairs of images, the most alike first.

    Attributes:
        roles: whose images the first and the second of each pair are, such as ("generated", "reference").
        indices: their numbers in those sets, from 0.
        distances: how far apart they are in the metric's features.
    """

    roles: tuple[str, str]
    indices: tuple[tuple[int, int], ...]
    distances: tuple[float, ...]

    @classmethod
    def of(
        cls,
        roles: tuple[str, str],
        first: Int[Tensor, " p"],
        second: Int[Tensor, " p"],
        distances: Float[Tensor, " p"],
    ) -> ImagePairs:
        """Pairs from tensors, one entry for each pair."""
        ends = zip(first.tolist(), second.tolist(), strict=True)
        return cls(roles, tuple(ends), tuple(distances.tolist()))
