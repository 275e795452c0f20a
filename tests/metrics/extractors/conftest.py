"""The Inception of pytorch-fid with random weights, and its state dict."""

from __future__ import annotations

import pytest
import torch
from pytorch_fid import inception as peer
from torch import nn


@pytest.fixture(scope="session")
def peer_inception():
    """`(network, state)`: pytorch-fid's network and the state dict that its loader was given."""
    patch = pytest.MonkeyPatch()
    generator = torch.Generator().manual_seed(0)
    states = []

    def random_state(url: str, progress: bool) -> dict[str, torch.Tensor]:
        state = {}
        for name, shape in _shapes().items():
            if name.endswith(("conv.weight", "fc.weight")):
                fan_in = shape[1:].numel()
                state[name] = torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5
            elif name.endswith(("running_var", "bn.weight")):
                state[name] = torch.rand(shape, generator=generator) + 0.5
            else:
                state[name] = torch.randn(shape, generator=generator) * 0.1
        states.append(state)
        return state

    patch.setattr(peer, "load_state_dict_from_url", random_state)
    network = peer.InceptionV3([3]).eval()
    patch.undo()
    return network, states[0]


def _shapes() -> dict[str, torch.Size]:
    """Names and shapes of the file's tensors, from torchvision's network with the classes of the file."""
    with torch.device("meta"):
        network: nn.Module = peer._inception_v3(num_classes=1008, aux_logits=False, weights=None)
        network.Mixed_5b = peer.FIDInceptionA(192, pool_features=32)
    return {name: value.shape for name, value in network.state_dict().items() if "tracked" not in name}
