"""Average of a network over training: what checkpoints hold, for the last weights are one noisy draw."""

import torch
from torch import nn


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Moves the average towards the network, running statistics included.

    Args:
        average: changed in place.
        network: of the same architecture.
        decay: share of the old average that is kept; lower in the first steps, min(decay, (1 + step) / (10 +
            step)), so that the initial weights are forgotten soon.
        step: steps made so far.
    """
    weight = 1 - min(decay, (1 + step) / (10 + step))
    old, new = average.state_dict(), network.state_dict()
    for name, value in old.items():
        if value.is_floating_point():
            value.lerp_(new[name], weight)
        else:
            value.copy_(new[name])
