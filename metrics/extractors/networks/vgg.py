"""VGG16 for inference: 4096 features of its second fully connected layer, rectified.

Source: Simonyan and Zisserman 2015, arXiv:1409.1556; layers as torchvision numbers them.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models import vgg16

SIZE_PX = 224
_WEIGHTS_OF_LAST_LAYER = "classifier.6.weight"


class VggNetwork(nn.Module):
    """Images → features (n, 4096), and what its last layer makes of them.

    Args:
        state: a state dict in torchvision's format; its last layer may have any number of rows.
        last: name of the last layer's output; "probabilities" are its softmax, others its plain values.
    """

    def __init__(self, state: Mapping[str, Tensor], last: str = "probabilities") -> None:
        super().__init__()
        # Made on no device: random numbers that the state replaces at once would take a second.
        with torch.device("meta"):
            network = vgg16(weights=None, num_classes=len(state[_WEIGHTS_OF_LAST_LAYER]))
        network.load_state_dict(state, assign=True)
        self.convolutions = nn.Sequential(network.features, network.avgpool)
        hidden = [layer for layer in network.classifier if not isinstance(layer, nn.Dropout)]
        self.hidden, self.classifier = nn.Sequential(*hidden[:-1]), hidden[-1]
        self.last = last
        self.requires_grad_(False)
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "n 3 224 224"]) -> dict[str, Tensor]:
        """Features and the last layer's output."""
        x = self.convolutions(x.contiguous(memory_format=torch.channels_last))
        features = self.hidden(x.flatten(1))
        last = self.classifier(features)
        return {"features": features, self.last: last.softmax(1) if self.last == "probabilities" else last}
