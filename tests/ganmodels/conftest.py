"""Small models and data that train in milliseconds."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganmodels.registry import get_model
from ganmodels.training.data import ImageData
from ganmodels.training.loop import CHECKPOINT, train
from ganmodels.training.plan import Plan

SMALL = {
    "gan": {"latent_size": "8", "width": "16"},
    "vae": {"latent_size": "8", "width": "4"},
    "autoencoder": {"latent_size": "8", "width": "4"},
    "began": {"latent_size": "8", "width": "4", "patience": "1", "gain": "0.5"},
    "cgan": {"latent_size": "8", "width": "4"},
    "dcgan": {"latent_size": "8", "width": "4"},
    "ebgan": {"latent_size": "8", "width": "4", "discriminator_width": "4"},
    "infogan": {"latent_size": "16", "width": "4"},
    "lsgan": {"latent_size": "8", "width": "4"},
    "sngan": {"latent_size": "8", "width": "4", "discriminator_width": "4", "discriminator.updates": "2"},
    "wgan": {"latent_size": "8", "width": "4", "critic_width": "4", "critic.updates": "2"},
    "wgan_gp": {"latent_size": "8", "width": "4", "critic_width": "4", "critic.updates": "2"},
}


@pytest.fixture(scope="session")
def small_data() -> ImageData:
    """64 grey images of 16 px: bright squares at random places."""
    rng = torch.Generator().manual_seed(0)
    images = torch.zeros(64, 1, 16, 16, dtype=torch.uint8)
    for image in images:
        top, left = torch.randint(0, 10, (2,), generator=rng).tolist()
        image[:, top : top + 6, left : left + 6] = 200
    return ImageData(images, "squares", "sha256:squares", torch.arange(64) % 10)


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., Plan]:
    """plan(name, steps=2, seed=0, **settings) of a small model."""

    def make(name: str, steps: int = 2, seed: int = 0, **settings: str) -> Plan:
        words = {**SMALL[name], "batch_size": "16", **settings}
        return Plan.make(get_model(name), words, steps, seed=seed, command=f"train {name}", save_every=1000)

    return make


@pytest.fixture(scope="session")
def checkpoints(
    tmp_path_factory: pytest.TempPathFactory, make_plan: Callable[..., Plan], small_data: ImageData
) -> dict[str, Path]:
    """A checkpoint of each model, two steps old."""
    found = {}
    for name in SMALL:
        out = tmp_path_factory.mktemp(name)
        train(make_plan(name), small_data, out)
        found[name] = out / CHECKPOINT
    return found


@pytest.fixture
def checkpoint(checkpoints: dict[str, Path]) -> Path:
    """One checkpoint, to look at and not to change."""
    return checkpoints["vae"]
