"""Vision transformers for inference, as DINOv2 and CLIP have them; layers are named as timm names them.

Source: Dosovitskiy et al. 2021, arXiv:2010.11929; what the two add is said below; checked against timm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


def quick_gelu(x: Tensor) -> Tensor:
    """CLIP's approximation of GELU."""
    return x * torch.sigmoid(1.702 * x)


@dataclass(frozen=True)
class Architecture:
    """What the weights don't say by their shapes.

    Attributes:
        heads: heads of each attention.
        eps: added to variances by the normalisations.
        activation: between the two layers of each perceptron.
    """

    heads: int
    eps: float
    activation: Callable[[Tensor], Tensor]


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        images, tokens, width = x.shape
        split = self.qkv(x).view(images, tokens, 3, self.heads, width // self.heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(queries, keys, values)
        out: Tensor = self.proj(mixed.transpose(1, 2).reshape(images, tokens, width))
        return out


class _Perceptron(nn.Module):
    def __init__(self, width: int, hidden: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(self.activation(self.fc1(x)))
        return out


class _Scale(nn.Module):
    """A factor for each channel, with which DINOv2 weights what a block adds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class _Block(nn.Module):
    def __init__(self, width: int, hidden: int, architecture: Architecture, *, scaled: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(width, architecture.eps) for _ in range(2))
        self.attn = _Attention(width, architecture.heads)
        self.mlp = _Perceptron(width, hidden, architecture.activation)
        self.ls1, self.ls2 = ((_Scale(width) if scaled else nn.Identity()) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x)))
        out: Tensor = x + self.ls2(self.mlp(self.norm2(x)))
        return out


class _Patches(nn.Module):
    def __init__(self, weight: Tensor, *, biased: bool) -> None:
        super().__init__()
        width, channels, side, _ = weight.shape
        self.proj = nn.Conv2d(channels, width, side, stride=side, bias=biased)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.proj(x).flatten(2).transpose(1, 2)
        return out


class VisionTransformer(nn.Module):
    """Images → the class token after the last normalisation, and CLIP's projection if there is one.

    Args:
        state: weights by timm's names; their shapes say width, depth, patch and positions, and their presence
            whether there are scales (DINOv2), a first normalisation and a projection (CLIP).
        architecture: the rest.
    """

    def __init__(self, state: Mapping[str, Tensor], architecture: Architecture) -> None:
        super().__init__()
        width = state["cls_token"].shape[-1]
        hidden = len(state["blocks.0.mlp.fc1.weight"])
        depth = len({name.split(".")[1] for name in state if name.startswith("blocks.")})
        scaled = "blocks.0.ls1.gamma" in state
        # Made on no device: random numbers that the state replaces at once would take seconds.
        with torch.device("meta"):
            self.patch_embed = _Patches(
                state["patch_embed.proj.weight"], biased="patch_embed.proj.bias" in state
            )
            self.cls_token = nn.Parameter(state["cls_token"])
            self.pos_embed = nn.Parameter(state["pos_embed"])
            self.norm_pre = (
                nn.LayerNorm(width, architecture.eps) if "norm_pre.weight" in state else nn.Identity()
            )
            self.blocks = nn.Sequential(
                *(_Block(width, hidden, architecture, scaled=scaled) for _ in range(depth))
            )
            self.norm = nn.LayerNorm(width, architecture.eps)
            projection = state.get("head.weight")
            self.head = nn.Identity() if projection is None else nn.Linear(width, len(projection), bias=False)
        self.load_state_dict(state, assign=True)
        self.requires_grad_(False)
        self.eval()

    def forward(self, x: Float[Tensor, "n 3 s s"]) -> dict[str, Tensor]:
        """Features (n, d)."""
        patches = self.patch_embed(x)
        tokens = torch.cat([self.cls_token.expand(len(x), -1, -1), patches], dim=1) + self.pos_embed
        tokens = self.blocks(self.norm_pre(tokens))
        return {"features": self.head(self.norm(tokens[:, 0]))}


def resized_positions(positions: Float[Tensor, "1 n d"], side: int) -> Float[Tensor, "1 m d"]:
    """Positions for another number of patches, as DINOv2 makes them.

    Its code scales by (side + 0.1) / old side, against rounding; that this moves the patches a little is part
    of the features that others published.

    Args:
        positions: of the class token and then of the patches of a square, row by row.
        side: patches on a side of the new square.
    """
    token, grid = positions[:, :1], positions[:, 1:]
    old = round(grid.shape[1] ** 0.5)
    square = grid.transpose(1, 2).reshape(1, -1, old, old)
    factor = (side + 0.1) / old
    resized = functional.interpolate(square, scale_factor=(factor, factor), mode="bicubic")
    return torch.cat([token, resized.flatten(2).transpose(1, 2)], dim=1)
