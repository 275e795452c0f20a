"""Critics and discriminators, and what they think of images."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ganmodels.checkpoints import load
from ganmodels.checkpoints.asked import Asked
from ganmodels.checkpoints.load import open_checkpoint
from ganmodels.errors import (
    CheckpointError,
    CheckpointFormatError,
    CheckpointMetadataError,
    CheckpointNotFoundError,
    CheckpointTooLargeError,
    InsideError,
)
from ganmodels.inside import Judgement, judge
from ganmodels.inside.judges import open_judge
from ganmodels.inside.views import judged_view
from ganmodels.training.data import ImageData
from ganmodels.training.loop import STATE, train

JUDGED = ("gan", "wgan_gp", "sngan", "ebgan", "began", "cgan", "infogan", "lsgan")


def description(checkpoint: Path):
    return open_checkpoint(checkpoint, Asked()).info.description


@pytest.mark.parametrize("name", JUDGED)
def test_every_judge_is_found_beside_its_checkpoint(
    checkpoints: dict[str, Path], small_data: ImageData, name: str
) -> None:
    path = checkpoints[name]
    by = open_judge(path.parent / STATE, description(path))
    assert by.name == ("critic" if name.startswith("wgan") else "discriminator")
    assert by.step == 2
    generated, labels = load(path).sample(8, 0), torch.arange(8)
    found = judge(by, small_data.images, generated, real_labels=small_data.labels, generated_labels=labels)
    assert (len(found.real), len(found.generated)) == (64, 8)
    assert found.real.isfinite().all()
    alone = judge(
        by, small_data.images[:1], generated[:1], real_labels=labels[:1], generated_labels=labels[:1]
    )
    assert torch.allclose(alone.real, found.real[:1], atol=1e-4)
    assert ("error" in found.meaning) is (name in ("ebgan", "began"))


@pytest.mark.parametrize("name", JUDGED)
def test_every_judge_shows_the_filters_that_it_looks_with(
    checkpoints: dict[str, Path], small_data: ImageData, name: str
) -> None:
    opened = open_checkpoint(checkpoints[name], Asked())
    by = open_judge(checkpoints[name].parent / STATE, opened.info.description)
    generator = opened.generator()
    view = judged_view(generator, by, small_data.images[:8], classes=[0] * 8)
    first = next(weight for weight in by.network.state_dict().values() if weight.ndim in (2, 4))
    assert view.data["filters"]["count"] == len(first)
    assert f"of {len(first)} filters of the {by.name}'s first layer" in view.rows[-1].caption


def test_a_trained_discriminator_tells_real_from_generated(
    make_plan: Callable[..., object], small_data: ImageData, tmp_path: Path
) -> None:
    plan = make_plan("gan", steps=40, **{"discriminator.learning_rate": "0.01"})
    train(plan, small_data, tmp_path)
    checkpoint = tmp_path / "checkpoint.safetensors"
    by = open_judge(tmp_path / STATE, description(checkpoint))
    found = judge(by, small_data.images, load(checkpoint).sample(64, 0))
    assert found.told_apart > 0.9


def test_numbers_of_a_judgement() -> None:
    found = Judgement(
        "critic", torch.tensor([3.0, 1.0, 2.0]), torch.tensor([0.0, 2.0]), "the critic's answer"
    )
    assert found.told_apart == pytest.approx((2 + 1 + 1.5) / 6)
    most, least = found.extremes(2)
    assert (most.tolist(), least.tolist()) == ([0, 2], [1, 2])
    told = found.histogram()
    assert (sum(told["real"]), sum(told["generated"]), len(told["edges"])) == (3, 2, 33)
    assert json.loads(json.dumps(found.as_json()))["told_apart"] == found.told_apart


def test_equal_scores_are_not_told_apart() -> None:
    found = Judgement("critic", torch.zeros(4), torch.zeros(3), "")
    assert found.told_apart == 0.5
    assert sum(found.histogram()["real"]) == 4


def test_what_can_not_be_scored_is_a_sentence(checkpoints: dict[str, Path], small_data: ImageData) -> None:
    by = open_judge(checkpoints["wgan_gp"].parent / STATE, description(checkpoints["wgan_gp"]))
    with pytest.raises(InsideError, match="give images of that shape"):
        judge(by, torch.zeros(2, 3, 16, 16, dtype=torch.uint8), small_data.images)
    with pytest.raises(InsideError, match="0 images"):
        judge(by, small_data.images[:0], small_data.images)
    told = open_judge(checkpoints["cgan"].parent / STATE, description(checkpoints["cgan"]))
    with pytest.raises(InsideError, match="is told classes"):
        judge(told, small_data.images, small_data.images)
    with pytest.raises(InsideError, match="classes up to 10"):
        judge(told, small_data.images[:1], small_data.images, real_labels=torch.tensor([10]))


def test_a_model_without_a_judge_is_a_sentence(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(InsideError, match="without a critic or discriminator"):
        open_judge(checkpoints["vae"].parent / STATE, description(checkpoints["vae"]))


def test_states_that_are_none_are_refused(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    told = description(checkpoints["wgan_gp"])
    good = (checkpoints["wgan_gp"].parent / STATE).read_bytes()
    with pytest.raises(CheckpointNotFoundError):
        open_judge(tmp_path / "none", told)
    with pytest.raises(CheckpointTooLargeError):
        open_judge(checkpoints["wgan_gp"].parent / STATE, told, max_bytes=100)
    with pytest.raises(CheckpointMetadataError, match="another training"):
        open_judge(checkpoints["sngan"].parent / STATE, told)
    with pytest.raises(CheckpointMetadataError, match="does not say of which training"):
        open_judge(checkpoints["wgan_gp"], told)  # a checkpoint, not a state
    for content in (b"", good[:-9], good[:20], os.urandom(64)):
        (tmp_path / "cut").write_bytes(content)
        with pytest.raises(CheckpointError):
            open_judge(tmp_path / "cut", told)


@pytest.mark.parametrize(
    ("unlike", "changes"),
    [("seed", {"seed": 1}), ("recipe", {"discriminator.learning_rate": "0.01"}), ("data", {})],
)
def test_a_state_of_the_same_networks_and_another_training_is_refused(
    checkpoints: dict[str, Path],
    make_plan: Callable[..., object],
    small_data: ImageData,
    tmp_path: Path,
    unlike: str,
    changes: dict[str, object],
) -> None:
    """Its tensors fit, and it has never seen this generator's images."""
    data = small_data if changes else replace(small_data, digest="sha256:others")
    train(make_plan("gan", **changes), data, tmp_path)
    with pytest.raises(CheckpointMetadataError, match=rf"another training .*\(its {unlike} is not"):
        open_judge(tmp_path / STATE, description(checkpoints["gan"]))


def test_a_pickle_is_never_opened(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    torch.save({"networks/critic.0.weight": torch.ones(1)}, tmp_path / "state.safetensors")
    with pytest.raises(CheckpointFormatError, match="not a training's state"):
        open_judge(tmp_path / "state.safetensors", description(checkpoints["wgan_gp"]))


@pytest.mark.parametrize("told", ["[]", "{}", '{"identity": 1, "step": 1}', "[" * 3000, '{"step": "x"}'])
def test_a_crafted_header_is_refused(checkpoints: dict[str, Path], tmp_path: Path, told: str) -> None:
    path = tmp_path / "state.safetensors"
    save_file({"a": torch.ones(1)}, path, {"training": told})
    with pytest.raises(CheckpointMetadataError):
        open_judge(path, description(checkpoints["wgan_gp"]))
