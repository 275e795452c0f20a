"""StyleGAN2: a learned constant turned into an image by convolutions that a style modulates.

Tero Karras, Samuli Laine, Miika Aittala, Janne Hellsten, Jaakko Lehtinen, Timo Aila: Analyzing and Improving
the Image Quality of StyleGAN. CVPR 2020, arXiv:1912.04958. Configurations of published checkpoints: Karras et
al. 2020, arXiv:2006.06676 (StyleGAN2-ADA); Karras et al. 2021, arXiv:2106.12423 (StyleGAN3's stylegan2).

Differs from its parent, StyleGAN (arXiv:1812.04948), in modulating weights instead of normalising
activations, and in adding up images of all sizes instead of growing. It is here to be loaded and sampled, not
trained: it has no players. Truncation trades diversity for fidelity, so scores at different ψ do not compare;
the published scores are of ψ = 1 with `noise="random"`, the published pictures mostly of ψ < 1 with
`noise="const"`.
"""

from typing import Annotated, Literal

from torch import nn

from ganmodels.networks.shapes import ImageShape
from ganmodels.networks.stylegan2 import StyleGAN2
from ganmodels.recipe import Recipe
from ganmodels.settings import About


def build(
    shape: ImageShape,
    *,
    latent_size: Annotated[int, About("dimensions of the latent z", 1, 4096)] = 512,
    style_size: Annotated[int, About("dimensions of the style w", 1, 4096)] = 512,
    class_count: Annotated[int, About("classes that it is conditioned on; 0 is none", 0, 100_000)] = 0,
    mapping_layers: Annotated[int, About("fully connected layers from z to w", 1, 32)] = 8,
    mapping_rate: Annotated[float, About("learning-rate multiplier of the mapping", 1e-6, 1.0)] = 0.01,
    channel_base: Annotated[int, About("channels of a layer times its side in px", 16, 2**18)] = 32_768,
    channel_max: Annotated[int, About("most channels of a layer", 1, 2048)] = 512,
    clamp: Annotated[float, About("largest size of an activation; 0 is no limit", 0.0, 65_504.0)] = 0.0,
    truncation: Annotated[float, About("ψ: styles are drawn to their mean by 1 − ψ", 0.0, 2.0)] = 1.0,
    truncated_styles: Annotated[int, About("truncate only so many, coarsest first; 0 is all", 0, 32)] = 0,
    noise: Annotated[
        Literal["const", "random", "none"], About("as stored, drawn for each image, or left out")
    ] = "const",
) -> nn.ModuleDict:
    """Builds the generator for images of one shape (channels, height, width)."""
    generator = StyleGAN2(
        shape,
        latent_size,
        style_size,
        class_count=class_count,
        mapping_layers=mapping_layers,
        mapping_rate=mapping_rate,
        channel_base=channel_base,
        channel_max=channel_max,
        clamp=clamp,
        truncation=truncation,
        truncated_styles=truncated_styles,
        noise=noise,
    )
    return nn.ModuleDict({"generator": generator})


RECIPE = Recipe(
    title="StyleGAN2",
    paper="arXiv:1912.04958",
    image_range=(-1.0, 1.0),
    players=(),
    batch_size=32,
    steps=0,
    ema_decay=0.0,
    departures={
        "noise": "the paper draws it anew; here as stored, so that a latent is one image (`random` draws it)",
        "image_range": "the paper's images leave [-1, 1] and are cut when written; here in the network",
    },
)
