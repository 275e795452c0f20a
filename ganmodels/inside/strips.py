"""A strip: images along a way, side by side."""

from dataclasses import dataclass
from math import prod
from typing import Any

from jaxtyping import Float, UInt8
from torch import Tensor

from ganmodels.errors import InsideError
from ganmodels.networks.shapes import ImageShape

MOST_BYTES = 512 * 1024**2


@dataclass(frozen=True)
class Strip:
    """Images along a way.

    Attributes:
        name: what the way is, in words.
        places: where on the way each image stands; what the numbers are, the maker of the strip says.
        images: one for each place.
    """

    name: str
    places: tuple[float, ...]
    images: UInt8[Tensor, "n c h w"]

    @property
    def changes(self) -> Float[Tensor, " steps"]:
        """Mean absolute difference of neighbours (n − 1,), values from 0 to 1: even ones are a smooth way."""
        values = self.images.double() / 255
        return (values[1:] - values[:-1]).abs().flatten(1).mean(dim=1)

    @property
    def effect(self) -> float:
        """Mean absolute difference of the two ends, values from 0 to 1."""
        ends = self.images[[0, -1]].double() / 255
        return float((ends[1] - ends[0]).abs().mean())

    def as_json(self) -> dict[str, Any]:
        """Returns its numbers as plain data."""
        return {
            "name": self.name,
            "places": list(self.places),
            "changes": [round(change, 6) for change in self.changes.tolist()],
            "effect": round(self.effect, 6),
        }


def check_room(images: int, shape: ImageShape) -> None:
    """Raises `InsideError` where so many images would take more than half a gigabyte."""
    if images * prod(shape) > MOST_BYTES:
        raise InsideError(
            f"{images} images of {shape} (channels, height, width) take over {MOST_BYTES} bytes; ask for "
            "fewer dimensions, strips or steps"
        )
