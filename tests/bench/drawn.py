"""Features as a network's would be, drawn without loading any peer, whose memory would count as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from metrics import Provenance

DIMENSIONS = 2048


def drawn_features(count: int, seed: int) -> Tensor:
    """Rectified mixtures of latents whose spectrum falls as k^-1/2, made where the latents were."""
    generator = torch.Generator().manual_seed(2)
    mix = torch.randn(DIMENSIONS, DIMENSIONS, generator=generator).div_(DIMENSIONS**0.5 / 4)
    mix.mul_(torch.arange(1, DIMENSIONS + 1).float().rsqrt()[:, None])
    features = torch.randn(count, DIMENSIONS, generator=torch.Generator().manual_seed(seed))
    for block in features.split(1024):
        block.copy_((block @ mix).add_(0.02 * seed).relu_())
    return features


def drawn_origin(count: int) -> Provenance:
    """Where they come from."""
    from metrics import Provenance  # whose memory would count as a peer's

    return Provenance("bench", "", "", "float32", count)
