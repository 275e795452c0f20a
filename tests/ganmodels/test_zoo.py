"""The shipped checkpoints: small, whole, ours, and with the command that trains them again."""

import json
from pathlib import Path

import pytest
import torch

import ganmodels
from ganmodels.checkpoints import inspect, load
from ganmodels.registry import get_model
from ganmodels.training.plan import Plan

ZOO = Path(ganmodels.__file__).parent / "zoo"
SHIPPED = sorted(ZOO.glob("*.safetensors"))
LARGEST_BYTES = 2 * 1024 * 1024


def test_each_of_the_first_models_is_shipped() -> None:
    assert {"gan", "vae", "wgan_gp"} <= {inspect(path).model for path in SHIPPED}


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_it_is_small_and_says_where_it_comes_from(shipped: Path) -> None:
    info = inspect(shipped)
    assert info.size_bytes <= LARGEST_BYTES
    assert shipped.stem == f"{info.model}_fashion_mnist"
    assert info.image_shape == (1, 32, 32)
    assert info.description.data["count"] == 60_000
    assert info.description.step > 0


def test_its_readable_copy_and_its_command_agree_with_it(shipped: Path) -> None:
    described = inspect(shipped).description
    assert json.loads(shipped.with_suffix(".json").read_text()) == json.loads(described.to_json())
    assert described.command in (ZOO / "README.md").read_text()
    words = described.command.split()
    assignments = dict(word.split("=") for at, word in enumerate(words) if words[at - 1] == "--set")
    plan = Plan.make(get_model(described.model), assignments, described.step)
    assert plan.settings == described.settings
    assert json.loads(json.dumps(plan.recipe.as_json())) == described.recipe
    assert f"--steps {described.step} " in described.command


def test_it_draws_unlike_images_of_clothes_on_black(shipped: Path) -> None:
    images = load(shipped).sample(64, seed=0)
    assert len(images.flatten(1).unique(dim=0)) == 64
    corners = images[..., :2, :2].float().mean() + images[..., -2:, -2:].float().mean()
    assert corners < 10
    assert 30 < images.float().mean() < 120
    spread = torch.pdist(images.flatten(1).float()).median()
    assert spread > 1000
