"""AlexNet's activations as vectors whose squared Euclidean distance is LPIPS.

LPIPS averages, over the places of each layer, the squared difference of channels normalised to unit length,
weighted by a learned w ≥ 0. Each value times sqrt(w / places) makes that a plain squared distance, so nearest
neighbours, diversity and path lengths come from the same mathematics as for any other features.

Source: Zhang, Isola, Efros, Shechtman, Wang 2018, arXiv:1801.03924, eq. 1; checked against the package lpips.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models import alexnet

SIZE_PX = 64
RECTIFIED = (1, 4, 7, 9, 11)
"""Numbers of the rectified layers that are compared, among torchvision's `features`."""
HEADS = tuple(f"lin{index}.model.1.weight" for index in range(len(RECTIFIED)))
"""Names of the learned weights (1, channels, 1, 1) in the files of the package lpips."""
_EPS = 1e-10


class LpipsNetwork(nn.Module):
    """Images → one vector each, all layers after one another.

    Args:
        backbone: AlexNet's state dict in torchvision's format.
        heads: the learned weights by name, see `HEADS`.
    """

    def __init__(self, backbone: Mapping[str, Tensor], heads: Mapping[str, Tensor]) -> None:
        super().__init__()
        network = alexnet(weights=None)
        network.load_state_dict(backbone)
        self.layers = network.features[: RECTIFIED[-1] + 1]
        for number in RECTIFIED:  # the activations are kept, so they can't be overwritten by the next layer
            self.layers[number].inplace = False
        for index, name in enumerate(HEADS):
            self.register_buffer(f"root_{index}", heads[name].clamp(min=0).sqrt())
        self.requires_grad_(False)
        self.eval()

    def forward(self, x: Float[Tensor, "n 3 h w"]) -> dict[str, Tensor]:
        """Vectors (n, d); d is 31,872 for images of 64 pixels a side."""
        vectors: list[Tensor] = []
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number in RECTIFIED:
                unit = x / (x.square().sum(dim=1, keepdim=True).sqrt() + _EPS)
                root = self.get_buffer(f"root_{len(vectors)}")
                vectors.append((unit * root).flatten(1) / (x.shape[2] * x.shape[3]) ** 0.5)
        return {"features": torch.cat(vectors, dim=1)}
