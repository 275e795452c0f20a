"""torchvision's Inception v3 for inference: normalisation folded in, the auxiliary classifier left out."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import inception_v3
from torchvision.models.inception import BasicConv2d

SIZE_PX = 299
_STAGES = (
    "Conv2d_1a_3x3",
    "Conv2d_2a_3x3",
    "Conv2d_2b_3x3",
    "maxpool1",
    "Conv2d_3b_1x1",
    "Conv2d_4a_3x3",
    "maxpool2",
    "Mixed_5b",
    "Mixed_5c",
    "Mixed_5d",
    "Mixed_6a",
    "Mixed_6b",
    "Mixed_6c",
    "Mixed_6d",
    "Mixed_6e",
    "Mixed_7a",
    "Mixed_7b",
    "Mixed_7c",
)


class TorchvisionInceptionNetwork(nn.Module):
    """Images → 2048 features and 1000 ImageNet class probabilities.

    Args:
        state: the state dict as torchvision publishes it.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        network = inception_v3(weights=None, init_weights=False)
        network.load_state_dict(state)
        network.eval()
        for module in network.modules():
            if isinstance(module, BasicConv2d):
                module.conv = fuse_conv_bn_eval(module.conv, module.bn)
                module.bn = nn.Identity()
        self.stages = nn.Sequential(*(network.get_submodule(name) for name in _STAGES))
        self.classifier = network.fc
        self.requires_grad_(False)
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "n 3 299 299"]) -> dict[str, Tensor]:
        """Features (n, 2048) and probabilities (n, 1000)."""
        features = self.stages(x.contiguous(memory_format=torch.channels_last)).mean(dim=(2, 3))
        return {"features": features, "probabilities": self.classifier(features).softmax(dim=1)}
