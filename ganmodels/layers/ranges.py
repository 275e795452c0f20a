"""Outputs held in the range of the images."""

from jaxtyping import Float
from torch import Tensor, nn


class CutWhenSampled(nn.Module):
    """Leaves numbers as they are in training, and cuts them to a range in evaluation.

    A tanh would hold them, too, but loses its gradient where images are black or white all over.
    """

    def __init__(self, low: float, high: float) -> None:
        """Takes the ends of the range."""
        super().__init__()
        self.low, self.high = low, high

    def forward(self, images: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Cuts each number by itself."""
        return images if self.training else images.clamp(self.low, self.high)

    def extra_repr(self) -> str:
        """The range, for those who print the network."""
        return f"{self.low:g}, {self.high:g}"
