"""The network that does nothing: pixels as features."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn


class FlatteningNetwork(nn.Module):
    """Images (n, 3, s, s) → their values in one row (n, 3 s²), channel after channel."""

    def forward(self, x: Float[Tensor, "n 3 s s"]) -> dict[str, Tensor]:
        """The values as features."""
        return {"features": x.flatten(1)}
