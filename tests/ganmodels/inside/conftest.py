"""Generators whose insides are known: a linear one, a style generator, and small ones of the catalogue."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ganmodels.checkpoints import load
from ganmodels.generator import NetworkGenerator
from ganmodels.protocol import Generator
from ganmodels.registry import get_model
from ganmodels.style_generator import StyleNetworkGenerator

SHAPE = (1, 16, 16)


class Linear(nn.Module):
    """Images that are a linear map of the latent, around mid-grey."""

    def __init__(self, latent_size: int) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(1)
        self.map = nn.Linear(latent_size, 256, bias=False)
        self.map.weight.data = torch.randn(256, latent_size, generator=rng) / 16

    def forward(self, latents: Tensor) -> Tensor:
        return self.map(latents).view(-1, *SHAPE)


@pytest.fixture(scope="session")
def linear() -> NetworkGenerator:
    return NetworkGenerator(
        "linear", Linear(3), latent_size=3, image_shape=SHAPE, image_range=(-1.0, 1.0), provenance={}
    )


@pytest.fixture(scope="session")
def make_styled() -> Callable[..., StyleNetworkGenerator]:
    """make_styled(**settings): an untrained StyleGAN2 of 16 px."""
    small = {"latent_size": 6, "style_size": 5, "mapping_layers": 2, "channel_base": 64, "channel_max": 8}

    def make(**settings: object) -> StyleNetworkGenerator:
        model = get_model("stylegan2")
        resolved = model.resolve({**small, **settings})
        return StyleNetworkGenerator(
            "stylegan2",
            model.networks((3, 16, 16), resolved, seed=0)["generator"],
            latent_size=6,
            image_shape=(3, 16, 16),
            image_range=(-1.0, 1.0),
            provenance={},
            class_count=model.class_count(resolved),
        )

    return make


@pytest.fixture(scope="session")
def generators(checkpoints: dict[str, Path]) -> dict[str, Generator]:
    """A generator of each model that is trained here."""
    return {name: load(path) for name, path in checkpoints.items()}
