"""Other priors than N(0, I), as functions of it: every generator is fed standard normal numbers.

So one way of sampling serves all models, and a path between two latents stays a path.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import one_hot


class UniformPrior(nn.Module):
    """Turns N(0, I) into the uniform distribution on [-1, 1] in every dimension: 2Φ(z) − 1."""

    def forward(self, latents: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """Maps each number by itself, monotonically."""
        uniform: Tensor = torch.special.erf(latents * 0.5**0.5)
        return uniform


class CodePrior(nn.Module):
    """Turns the first dimensions of N(0, I) into codes and leaves the rest as noise.

    First come `continuous` codes, uniform on [-1, 1]; then `categories` dimensions whose largest says the
    category, so that each is equally likely; then noise.
    """

    def __init__(self, continuous: int, categories: int) -> None:
        """Takes the number of continuous codes and of categories; either may be 0."""
        super().__init__()
        self.continuous, self.categories = continuous, categories

    def codes(self, latents: Float[Tensor, "n d"]) -> tuple[Tensor, Tensor]:
        """Reads the codes off latents: continuous ones (n, continuous), and one-hot ones (n, categories)."""
        numbers = latents[:, : self.continuous]
        scores = latents[:, self.continuous : self.continuous + self.categories]
        chosen = one_hot(scores.argmax(1), self.categories) if self.categories else scores
        return torch.special.erf(numbers * 0.5**0.5), chosen.to(latents.dtype)

    def forward(self, latents: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """Puts the codes in the place of the numbers that they are made of."""
        noise = latents[:, self.continuous + self.categories :]
        return torch.cat([*self.codes(latents), noise], dim=1)
