"""EfficientNet-Lite0 for inference: no squeeze-and-excitation, ReLU6, TensorFlow's "same" padding.

Source: Tan and Le 2019, arXiv:1905.11946, in the "lite" variant of TensorFlow's repository (2020); checked
against efficientnet-lite-pytorch.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from metrics.extractors.networks.folding import Normalisation, assign, fold

FEATURES = 1280
CLASSES = 1000
SIZE_PX = 224

# (blocks, stride of the first, whether it widens); kernels and channels are those of the weights.
STAGES = ((1, 1, False), (2, 2, True), (2, 2, True), (3, 2, True), (3, 1, True), (4, 2, True), (1, 1, True))


class _Conv(nn.Conv2d):
    """A convolution with a normalisation folded in; pads as TensorFlow does, more at the lower right."""

    def __init__(
        self,
        state: Mapping[str, Tensor],
        layer: str,
        norm: str,
        *,
        stride: int = 1,
        depthwise: bool = False,
        rectified: bool = True,
    ) -> None:
        folded = fold(state[f"{layer}.weight"], Normalisation.from_state(state, norm))
        outputs, inputs, kernel, _ = folded.weight.shape
        groups = outputs if depthwise else 1
        super().__init__(inputs * groups, outputs, kernel, stride=stride, groups=groups)
        self.rectified = rectified
        assign(self, folded)

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(self._pad(x))
        return functional.relu6(x, inplace=True) if self.rectified else x

    def _pad(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel == 1:
            return x
        margins = [
            max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in (x.shape[3], x.shape[2])
        ]
        return functional.pad(x, [side for margin in margins for side in (margin // 2, margin - margin // 2)])


class _Block(nn.Module):
    """Widen, filter each channel, narrow; with a shortcut where the shape stays."""

    def __init__(self, state: Mapping[str, Tensor], path: str, *, stride: int, widened: bool) -> None:
        super().__init__()
        steps = [_Conv(state, f"{path}._expand_conv", f"{path}._bn0")] if widened else []
        steps.append(_Conv(state, f"{path}._depthwise_conv", f"{path}._bn1", stride=stride, depthwise=True))
        steps.append(_Conv(state, f"{path}._project_conv", f"{path}._bn2", rectified=False))
        self.steps = nn.Sequential(*steps)
        self.shortcut = stride == 1 and steps[0].in_channels == steps[-1].out_channels

    def forward(self, x: Tensor) -> Tensor:
        narrowed: Tensor = self.steps(x)
        return x + narrowed if self.shortcut else narrowed


class EfficientNetLiteNetwork(nn.Module):
    """Images → 1280 features and 1000 ImageNet class probabilities.

    Args:
        state: the state dict as the package ships it.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for repeats, first_stride, widened in STAGES:
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                blocks.append(_Block(state, f"_blocks.{len(blocks)}", stride=stride, widened=widened))
        self.convolutions = nn.Sequential(
            _Conv(state, "_conv_stem", "_bn0", stride=2), *blocks, _Conv(state, "_conv_head", "_bn1")
        )
        self.classifier = nn.Linear(FEATURES, CLASSES)
        self.classifier.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})
        self.requires_grad_(False)
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "n 3 224 224"]) -> dict[str, Tensor]:
        """Features (n, 1280) and probabilities (n, 1000)."""
        features = self.convolutions(x.contiguous(memory_format=torch.channels_last)).mean(dim=(2, 3))
        return {"features": features, "probabilities": self.classifier(features).softmax(dim=1)}
