"""Pairs of images that a metric found alike, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ImagePairs:
    """Pairs of images, the most alike first.

    Attributes:
        roles: whose images the first and the second of each pair are, such as ("generated", "reference").
        indices: their numbers in those sets, from 0 (p, 2).
        distances: how far apart they are in the metric's features (p,).
    """

    roles: tuple[str, str]
    indices: Int[Tensor, "p 2"]
    distances: Float[Tensor, " p"]

    def as_dict(self) -> dict[str, object]:
        """The pairs as JSON values."""
        return {
            "roles": list(self.roles),
            "indices": self.indices.tolist(),
            "distances": self.distances.tolist(),
        }
