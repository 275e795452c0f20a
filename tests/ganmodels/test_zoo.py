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
PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"
LARGEST_BYTES = 2 * 1024 * 1024


COLLAPSED = "lsgan_collapsed_fashion_mnist"
EARLY = "wgan_gp_early_fashion_mnist"


def test_the_demos_models_are_shipped_and_two_that_are_bad_on_purpose() -> None:
    good = {"gan", "lsgan", "wgan", "wgan_gp", "sngan", "ebgan", "began", "vae"}
    assert {path.stem for path in SHIPPED} == {f"{name}_fashion_mnist" for name in good} | {COLLAPSED, EARLY}


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_it_is_small_and_says_where_it_comes_from(shipped: Path) -> None:
    info = inspect(shipped)
    assert info.size_bytes <= LARGEST_BYTES
    assert shipped.stem.removesuffix("_fashion_mnist") in {
        info.model, f"{info.model}_collapsed", f"{info.model}_early"
    }  # fmt: skip
    assert f"--out {shipped.stem} " in info.description.command
    assert info.image_shape == (1, 32, 32)
    assert info.description.data["count"] == 60_000
    assert info.description.step > 0


def test_its_readable_copy_and_its_command_agree_with_it(shipped: Path) -> None:
    described = inspect(shipped).description
    assert json.loads(shipped.with_suffix(".json").read_text()) == json.loads(described.to_json())
    assert described.command in PAGE.read_text()
    words = described.command.split()
    assignments = dict(word.split("=") for at, word in enumerate(words) if words[at - 1] == "--set")
    plan = Plan.make(get_model(described.model), assignments, described.step)
    assert plan.settings == described.settings
    assert json.loads(json.dumps(plan.recipe.as_json())) == described.recipe
    assert f"--steps {described.step} " in described.command


def test_it_draws_clothes_no_two_alike(shipped: Path) -> None:
    images = load(shipped).sample(64, seed=0)
    assert len(images.flatten(1).unique(dim=0)) == 64
    assert 30 < images.float().mean() < 120
    assert torch.pdist(images.flatten(1).float()).median() > 1000


def test_it_draws_on_black_unless_it_is_bad_on_purpose(shipped: Path) -> None:
    images = load(shipped).sample(64, seed=0).float()
    corners = images[..., :2, :2].mean() + images[..., -2:, -2:].mean()
    assert (corners < 10) == (shipped.stem not in {COLLAPSED, EARLY})


def test_only_the_collapsed_one_draws_one_thing(shipped: Path) -> None:
    images = load(shipped).sample(64, seed=0).flatten(1).float()
    cosines = torch.nn.functional.normalize(images) @ torch.nn.functional.normalize(images).T
    assert (cosines.median() > 0.85) == (shipped.stem == COLLAPSED)
