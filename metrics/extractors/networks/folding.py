"""Batch normalisation folded into convolutions: the same function in fewer passes over memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Folded:
    """A convolution with the normalisation after it folded in."""

    weight: Float[Tensor, "o i kh kw"]
    bias: Float[Tensor, " o"]


@dataclass(frozen=True)
class Normalisation:
    """The stored parameters of a batch normalisation, each (o,)."""

    mean: Float[Tensor, " o"]
    variance: Float[Tensor, " o"]
    bias: Float[Tensor, " o"]
    weight: Float[Tensor, " o"] | None = None
    eps: float = 1e-3

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor], prefix: str) -> Normalisation:
        """Parameters of the `BatchNorm2d` called `prefix` in a state dict."""
        return cls(
            mean=state[f"{prefix}.running_mean"],
            variance=state[f"{prefix}.running_var"],
            bias=state[f"{prefix}.bias"],
            weight=state[f"{prefix}.weight"],
        )


def fold(weight: Float[Tensor, "o i kh kw"], norm: Normalisation) -> Folded:
    """One convolution that does what a convolution without bias and a normalisation do."""
    scale = (norm.variance.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    bias = norm.bias.double() - norm.mean.double() * scale
    return Folded((weight.double() * scale[:, None, None, None]).float(), bias.float())


def assign(convolution: nn.Conv2d, *parts: Folded) -> None:
    """Give a convolution the weights of one folded convolution, or of several that read the same input."""
    weight, bias = torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])
    convolution.load_state_dict({"weight": weight, "bias": bias})
