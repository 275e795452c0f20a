"""Average of a network over training: what checkpoints hold, for the last weights are one noisy draw."""

from itertools import chain

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
    pairs = list(
        zip(
            chain(average.parameters(), average.buffers()),
            chain(network.parameters(), network.buffers()),
            strict=True,
        )
    )
    floats = [(old, new) for old, new in pairs if old.is_floating_point()]
    # One call for all: a small network is moved sooner than its layers are walked.
    if floats:
        torch._foreach_lerp_([old for old, _ in floats], [new for _, new in floats], weight)
    for old, new in pairs:
        if not old.is_floating_point():
            old.copy_(new)
