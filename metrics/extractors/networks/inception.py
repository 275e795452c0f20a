"""The Inception v3 of December 2015 that FID is defined on, for inference.

It differs from torchvision's: average pooling doesn't count the padding, the last block pools by maximum, and
there are 1008 classes, whose bias the Inception Score leaves out. Here, normalisation is folded in, and the
1×1 convolutions that read the same input are one convolution. Average pooling is linear, so it comes
after the 1×1 convolution that follows it in the paper, where there are fewer channels.

Source: Szegedy et al. 2015, arXiv:1512.00567; layer names as in torchvision; checked against pytorch-fid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from metrics.extractors.networks.folding import Folded, assign

FEATURES = 2048
CLASSES = 1008
SIZE_PX = 299
SPATIAL_CHANNELS = 7

_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
_DOUBLE = tuple(f"branch7x7dbl_{step}" for step in range(1, 6))
_A = (
    "branch1x1",
    "branch5x5_1",
    "branch5x5_2",
    "branch3x3dbl_1",
    "branch3x3dbl_2",
    "branch3x3dbl_3",
    "branch_pool",
)
_B = ("branch3x3", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3")
_C = ("branch1x1", "branch7x7_1", "branch7x7_2", "branch7x7_3", *_DOUBLE, "branch_pool")
_D = ("branch3x3_1", "branch3x3_2", *(f"branch7x7x3_{step}" for step in range(1, 5)))
_E = (
    "branch1x1",
    "branch3x3_1",
    "branch3x3_2a",
    "branch3x3_2b",
    "branch3x3dbl_1",
    "branch3x3dbl_2",
    "branch3x3dbl_3a",
    "branch3x3dbl_3b",
    "branch_pool",
)
_BLOCKS = {
    **dict.fromkeys(("5b", "5c", "5d"), _A),
    "6a": _B,
    **dict.fromkeys(("6b", "6c", "6d", "6e"), _C),
    "7a": _D,
    **dict.fromkeys(("7b", "7c"), _E),
}
LAYERS = (*_STEM, *(f"Mixed_{block}.{layer}" for block, layers in _BLOCKS.items() for layer in layers))
"""The 94 convolutions in the order in which the graph lists them."""


class _Conv(nn.Conv2d):
    """A folded convolution that stands for the `layers` of these names."""

    def __init__(
        self,
        layers: tuple[str, ...],
        channels: tuple[int, int],
        kernel: tuple[int, int] = (1, 1),
        *,
        stride: int = 1,
        same: bool = True,
    ) -> None:
        padding = (kernel[0] // 2, kernel[1] // 2) if same else (0, 0)
        super().__init__(*channels, kernel, stride=stride, padding=padding)
        self.layers = layers


class _Rectified(_Conv):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).relu_()


class _Entry(nn.Module):
    """The 1×1 convolutions with which several branches begin, not yet rectified."""

    def __init__(self, channels: int, branches: Mapping[str, int]) -> None:
        super().__init__()
        self.sizes = list(branches.values())
        self.conv = _Conv(tuple(branches), (channels, sum(self.sizes)))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return torch.split(self.conv(x), self.sizes, dim=1)


def _average(x: Tensor) -> Tensor:
    return functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def _halve(x: Tensor) -> Tensor:
    return functional.max_pool2d(x, 3, stride=2)


class _BlockA(nn.Module):
    def __init__(self, name: str, channels: int, pooled: int) -> None:
        super().__init__()
        path = f"{name}.branch"
        self.entry = _Entry(
            channels, {f"{path}1x1": 64, f"{path}5x5_1": 48, f"{path}3x3dbl_1": 64, f"{path}_pool": pooled}
        )
        self.five = _Rectified((f"{path}5x5_2",), (48, 64), (5, 5))
        self.three = nn.Sequential(
            _Rectified((f"{path}3x3dbl_2",), (64, 96), (3, 3)),
            _Rectified((f"{path}3x3dbl_3",), (96, 96), (3, 3)),
        )

    def forward(self, x: Tensor) -> Tensor:
        one, five, three, pool = self.entry(x)
        return torch.cat(
            [one.relu(), self.five(five.relu()), self.three(three.relu()), _average(pool).relu_()], 1
        )


class _BlockB(nn.Module):
    def __init__(self, name: str, channels: int) -> None:
        super().__init__()
        path = f"{name}.branch3x3"
        self.direct = _Rectified((path,), (channels, 384), (3, 3), stride=2, same=False)
        self.deep = nn.Sequential(
            _Rectified((f"{path}dbl_1",), (channels, 64)),
            _Rectified((f"{path}dbl_2",), (64, 96), (3, 3)),
            _Rectified((f"{path}dbl_3",), (96, 96), (3, 3), stride=2, same=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.direct(x), self.deep(x), _halve(x)], 1)


class _BlockC(nn.Module):
    def __init__(self, name: str, channels: int, inner: int) -> None:
        super().__init__()
        path = f"{name}.branch"
        self.entry = _Entry(
            channels,
            {f"{path}1x1": 192, f"{path}7x7_1": inner, f"{path}7x7dbl_1": inner, f"{path}_pool": 192},
        )
        self.seven = nn.Sequential(
            _Rectified((f"{path}7x7_2",), (inner, inner), (1, 7)),
            _Rectified((f"{path}7x7_3",), (inner, 192), (7, 1)),
        )
        self.deep = nn.Sequential(
            _Rectified((f"{path}7x7dbl_2",), (inner, inner), (7, 1)),
            _Rectified((f"{path}7x7dbl_3",), (inner, inner), (1, 7)),
            _Rectified((f"{path}7x7dbl_4",), (inner, inner), (7, 1)),
            _Rectified((f"{path}7x7dbl_5",), (inner, 192), (1, 7)),
        )

    def forward(self, x: Tensor) -> Tensor:
        one, seven, double, pool = self.entry(x)
        return torch.cat(
            [one.relu(), self.seven(seven.relu()), self.deep(double.relu()), _average(pool).relu_()], 1
        )


class _BlockD(nn.Module):
    def __init__(self, name: str, channels: int) -> None:
        super().__init__()
        path = f"{name}.branch"
        self.entry = _Entry(channels, {f"{path}3x3_1": 192, f"{path}7x7x3_1": 192})
        self.three = _Rectified((f"{path}3x3_2",), (192, 320), (3, 3), stride=2, same=False)
        self.seven = nn.Sequential(
            _Rectified((f"{path}7x7x3_2",), (192, 192), (1, 7)),
            _Rectified((f"{path}7x7x3_3",), (192, 192), (7, 1)),
            _Rectified((f"{path}7x7x3_4",), (192, 192), (3, 3), stride=2, same=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        three, seven = self.entry(x)
        return torch.cat([self.three(three.relu()), self.seven(seven.relu()), _halve(x)], 1)


class _BlockE(nn.Module):
    """The last two blocks; they differ in how they pool."""

    def __init__(self, name: str, channels: int, *, by_maximum: bool) -> None:
        super().__init__()
        path = f"{name}.branch"
        branches = {f"{path}1x1": 320, f"{path}3x3_1": 384, f"{path}3x3dbl_1": 448}
        pool = {f"{path}_pool": 192}
        # A maximum doesn't commute with the convolution after it, so that convolution stays on its own.
        self.entry = _Entry(channels, branches if by_maximum else branches | pool)
        self.pool = _Rectified(tuple(pool), (channels, 192)) if by_maximum else None
        self.wide = _Rectified((f"{path}3x3_2a",), (384, 384), (1, 3))
        self.high = _Rectified((f"{path}3x3_2b",), (384, 384), (3, 1))
        self.deep = _Rectified((f"{path}3x3dbl_2",), (448, 384), (3, 3))
        self.deep_wide = _Rectified((f"{path}3x3dbl_3a",), (384, 384), (1, 3))
        self.deep_high = _Rectified((f"{path}3x3dbl_3b",), (384, 384), (3, 1))

    def forward(self, x: Tensor) -> Tensor:
        one, three, double, *rest = self.entry(x)
        three, double = three.relu(), self.deep(double.relu())
        if self.pool is not None:
            pool = self.pool(functional.max_pool2d(x, 3, stride=1, padding=1))
        else:
            pool = _average(rest[0]).relu_()
        branches = [self.wide(three), self.high(three), self.deep_wide(double), self.deep_high(double)]
        return torch.cat([one.relu(), *branches, pool], 1)


def _pool(x: Tensor) -> Tensor:
    return x.mean(dim=(2, 3))


def _flatten_spatially(x: Tensor) -> Tensor:
    # The block begins with the channels of its 1×1 branch, which the graph calls mixed_6/conv.
    return x[:, :SPATIAL_CHANNELS].permute(0, 2, 3, 1).flatten(1)


_READERS: dict[str, tuple[str, Callable[[Tensor], Tensor]]] = {
    "features_64": ("Stem_1", _pool),
    "features_192": ("Stem_2", _pool),
    "spatial": ("Mixed_6d", _flatten_spatially),
    "features_768": ("Mixed_6e", _pool),
    "features": ("Mixed_7c", _pool),
}
"""After which stage each output is read, and how."""

FEATURE_OUTPUTS = frozenset(_READERS)
"""What the network gives without its classifier."""


def _stages() -> dict[str, nn.Module]:
    return {
        "Stem_1": nn.Sequential(
            _Rectified(("Conv2d_1a_3x3",), (3, 32), (3, 3), stride=2, same=False),
            _Rectified(("Conv2d_2a_3x3",), (32, 32), (3, 3), same=False),
            _Rectified(("Conv2d_2b_3x3",), (32, 64), (3, 3)),
            nn.MaxPool2d(3, stride=2),
        ),
        "Stem_2": nn.Sequential(
            _Rectified(("Conv2d_3b_1x1",), (64, 80)),
            _Rectified(("Conv2d_4a_3x3",), (80, 192), (3, 3), same=False),
            nn.MaxPool2d(3, stride=2),
        ),
        "Mixed_5b": _BlockA("Mixed_5b", 192, 32),
        "Mixed_5c": _BlockA("Mixed_5c", 256, 64),
        "Mixed_5d": _BlockA("Mixed_5d", 288, 64),
        "Mixed_6a": _BlockB("Mixed_6a", 288),
        "Mixed_6b": _BlockC("Mixed_6b", 768, 128),
        "Mixed_6c": _BlockC("Mixed_6c", 768, 160),
        "Mixed_6d": _BlockC("Mixed_6d", 768, 160),
        "Mixed_6e": _BlockC("Mixed_6e", 768, 192),
        "Mixed_7a": _BlockD("Mixed_7a", 768),
        "Mixed_7b": _BlockE("Mixed_7b", 1280, by_maximum=False),
        "Mixed_7c": _BlockE("Mixed_7c", 2048, by_maximum=True),
    }


class InceptionNetwork(nn.Module):
    """Images → the outputs asked for; it ends at the last stage that one of them needs.

    Args:
        layers: the 94 folded convolutions by name, see `LAYERS`.
        outputs: of "features" (n, 2048), "features_64", "features_192", "features_768", "spatial" (n, 2023),
            and, with a classifier, "probabilities" (n, 1008).
        classifier: weights of the last layer (1008, 2048), or None.
    """

    def __init__(
        self,
        layers: Mapping[str, Folded],
        outputs: frozenset[str] = frozenset({"features"}),
        classifier: Float[Tensor, "k d"] | None = None,
    ) -> None:
        super().__init__()
        self.outputs = outputs
        read = outputs - {"probabilities"} | ({"features"} if "probabilities" in outputs else set())
        self.readers: dict[str, list[str]] = {}
        for output in sorted(read):
            self.readers.setdefault(_READERS[output][0], []).append(output)
        stages = _stages()
        last = max(map(list(stages).index, self.readers))
        self.stages = nn.ModuleDict(dict(list(stages.items())[: last + 1]))
        self.classifier: Tensor | None
        self.register_buffer("classifier", classifier if "probabilities" in outputs else None)
        for module in self.modules():
            if isinstance(module, _Conv):
                assign(module, *(layers[layer] for layer in module.layers))
        self.requires_grad_(False)
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "n 3 299 299"]) -> dict[str, Tensor]:
        """The outputs asked for, each with n rows."""
        x = x.contiguous(memory_format=torch.channels_last)
        found: dict[str, Tensor] = {}
        for name, stage in self.stages.items():
            x = stage(x)
            found |= {output: _READERS[output][1](x) for output in self.readers.get(name, ())}
        if self.classifier is not None:
            found["probabilities"] = (found["features"] @ self.classifier.T).softmax(dim=1)
        return {output: found[output] for output in sorted(self.outputs)}
