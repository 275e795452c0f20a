"""The loop: exact resuming, stopping that saves, divergence that keeps the last good."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ganmodels.checkpoints import inspect, load
from ganmodels.errors import DataError, DivergenceError, ResumeError
from ganmodels.recipe import Adam, Batch, Losses, Player
from ganmodels.training.data import ImageData
from ganmodels.training.ema import update_average
from ganmodels.training.loop import CHECKPOINT, LOG, STATE, train
from ganmodels.training.plan import Plan
from ganmodels.training.state import TrainingState

MakePlan = Callable[..., Plan]


def _steps(out: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (out / LOG).read_text().splitlines()]


@pytest.mark.parametrize("name", ["gan", "vae", "wgan_gp", "wgan", "sngan", "began", "cgan"])
def test_a_resumed_training_is_the_uninterrupted_one(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData, name: str
) -> None:
    plan = replace(make_plan(name, steps=7), log_every=1)
    train(plan, small_data, tmp_path / "whole")
    train(replace(plan, steps=3), small_data, tmp_path / "parts")
    assert train(plan, small_data, tmp_path / "parts", resume=True) == 7
    for file in (STATE, CHECKPOINT):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    assert _steps(tmp_path / "parts") == [1, 2, 3, 4, 5, 6, 7]


def test_memory_and_rates_go_on_where_they_were(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    """BEGAN's k moves, and with a patience of one step its rates are halved before the training stops."""
    plan = replace(make_plan("began", steps=6), log_every=1)
    train(plan, small_data, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert lines[-1]["memory.k"] > 0
    state = TrainingState(plan, small_data.shape, torch.device("cpu"))
    state.restore(tmp_path / STATE, plan.identity(small_data))
    assert {f"memory.{name}": float(f"{value:.6g}") for name, value in state.memory.items()} == {
        name: value for name, value in lines[-1].items() if name.startswith("memory.")
    }
    state.memory = {**state.memory, "rate": 0.25}
    state.set_learning_rates(plan.recipe)
    (group,) = state.optimizers["generator"].param_groups
    assert group["lr"] == plan.recipe.players[1].optimizer.learning_rate / 4


def test_clipped_weights_stay_in_bounds_and_others_do_not(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    plan = make_plan("wgan", **{"critic.clip": "0.002"})
    train(plan, small_data, tmp_path)
    state = TrainingState(plan, small_data.shape, torch.device("cpu"))
    state.restore(tmp_path / STATE, plan.identity(small_data))
    largest = [
        max(float(parameter.detach().abs().max()) for parameter in state.networks[name].parameters())
        for name in ("critic", "generator")
    ]
    assert largest[0] == pytest.approx(0.002)
    assert largest[1] > 0.01


def test_classes_without_labels_are_refused_before_anything_is_trained(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    with pytest.raises(DataError, match="no labels"):
        train(make_plan("cgan"), replace(small_data, labels=None), tmp_path)
    with pytest.raises(DataError, match="class_count=10"):
        train(make_plan("cgan", class_count="3"), small_data, tmp_path)
    train(make_plan("cgan"), small_data, tmp_path)
    with pytest.raises(ResumeError, match="labels was"):
        train(make_plan("cgan"), replace(small_data, labels=torch.zeros(64).long()), tmp_path, resume=True)


def test_same_seed_same_training_other_seed_another(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    digests = []
    for index, seed in enumerate((0, 0, 1)):
        train(make_plan("vae", seed=seed), small_data, tmp_path / str(index))
        digests.append(load(tmp_path / str(index) / CHECKPOINT).sample(1, 0).tolist())
    assert digests[0] == digests[1] != digests[2]


def test_a_wish_to_stop_saves_first(tmp_path: Path, make_plan: MakePlan, small_data: ImageData) -> None:
    asked: list[int] = []

    def should_stop() -> bool:
        asked.append(1)
        return len(asked) == 2

    assert train(make_plan("vae", steps=9), small_data, tmp_path, should_stop=should_stop) == 2
    assert inspect(tmp_path / CHECKPOINT).description.step == 2
    assert train(make_plan("vae", steps=9), small_data, tmp_path, resume=True) == 9


def test_a_training_past_its_end_is_not_resumed(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    train(make_plan("vae", steps=2), small_data, tmp_path)
    assert train(make_plan("vae", steps=2), small_data, tmp_path, resume=True) == 2
    with pytest.raises(ResumeError, match="at step 2 already"):
        train(make_plan("vae", steps=1), small_data, tmp_path, resume=True)


def test_log_lines_past_the_saved_step_are_made_again(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    plan = replace(make_plan("vae", steps=2), log_every=1)
    train(plan, small_data, tmp_path)
    with (tmp_path / LOG).open("a") as stream:
        stream.write('{"step": 3}\n{"step": 4}\n')
    train(replace(plan, steps=4), small_data, tmp_path, resume=True)
    assert _steps(tmp_path) == [1, 2, 3, 4]


def test_the_log_says_losses_speed_and_waiting(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    lines: list[dict[str, Any]] = []
    train(make_plan("wgan_gp"), small_data, tmp_path, on_log=lines.append)
    assert json.loads((tmp_path / LOG).read_text()) == lines[0]
    assert {"step", "images_per_s", "waiting_for_data", "critic.distance", "generator.loss"} <= lines[
        0
    ].keys()
    assert 0 <= lines[0]["waiting_for_data"] <= 1


def test_a_checkpoint_without_its_state_is_not_overwritten(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"somebody's")
    with pytest.raises(ResumeError, match="another --out"):
        train(make_plan("vae"), small_data, tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == b"somebody's"


def test_another_training_is_not_overwritten_nor_resumed(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    train(make_plan("vae"), small_data, tmp_path)
    with pytest.raises(ResumeError, match="--resume"):
        train(make_plan("vae"), small_data, tmp_path)
    for other in (make_plan("vae", seed=1), make_plan("vae", width="8"), make_plan("gan")):
        with pytest.raises(ResumeError, match="of another training"):
            train(other, small_data, tmp_path, resume=True)
    with pytest.raises(ResumeError, match="data was"):
        train(make_plan("vae"), replace(small_data, digest="sha256:other"), tmp_path, resume=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            {"generator.learning_rate": "0.01"},
            "players.0.optimizer.learning_rate was 0.001 and is now",
        ),
        ({"width": "8"}, "settings.width was 4 and is now 8;"),
    ],
)
def test_what_differs_is_told_and_nothing_else(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData, words: dict[str, str], told: str
) -> None:
    train(make_plan("vae"), small_data, tmp_path)
    with pytest.raises(ResumeError) as caught:
        train(make_plan("vae", **words), small_data, tmp_path, resume=True)
    assert told in str(caught.value)
    assert "title" not in str(caught.value)


def test_what_a_divergence_advises_can_be_done(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    """A state is not resumed at another learning rate, so nobody is sent there."""
    plan = make_plan("vae", steps=60, likelihood="gaussian", **{"generator.learning_rate": "10"})
    with pytest.raises(DivergenceError, match="train anew with a lower learning rate") as caught:
        train(plan, small_data, tmp_path)
    assert "resume" not in str(caught.value)


def test_a_state_that_another_version_wrote_is_named(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    plan = make_plan("vae")
    train(plan, small_data, tmp_path)
    with safe_open(tmp_path / STATE, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(tmp_path / STATE)
    name = next(name for name in tensors if name.startswith("networks/"))
    save_file({**tensors, name: torch.zeros(3)}, tmp_path / STATE, metadata)
    with pytest.raises(ResumeError, match="another version"):
        train(plan, small_data, tmp_path, resume=True)
    for told in ("[]", "{}", '{"identity": {}}', '{"identity": 1, "step": 2}'):
        save_file(tensors, tmp_path / STATE, {"training": told})
        with pytest.raises(ResumeError, match=r"can't be read|of another training"):
            train(plan, small_data, tmp_path, resume=True)


@pytest.mark.parametrize("content", [None, b"", b"\x80\x04nothing"])
def test_a_broken_state_is_named(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / STATE).write_bytes(content)
    with pytest.raises(ResumeError, match="can't be read"):
        train(make_plan("vae"), small_data, tmp_path, resume=True)


def _exploding(at_update: int) -> Callable[[nn.ModuleDict, Batch], Losses]:
    calls: list[int] = []

    def objective(networks: nn.ModuleDict, batch: Batch) -> Losses:
        calls.append(1)
        loss: Tensor = networks["generator"](batch.latents()).mean()
        return {"loss": loss * float("nan") if len(calls) > at_update else loss}

    return objective


@pytest.mark.parametrize(
    ("log_every", "sentence"), [(1, "became nan by step 4"), (100, "became nan by step 4")]
)
def test_divergence_stops_and_keeps_the_last_good(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData, log_every: int, sentence: str
) -> None:
    plan = make_plan("vae", steps=4)
    player = Player(("generator",), _exploding(at_update=3), Adam(1e-3))
    plan = replace(plan, recipe=replace(plan.recipe, players=(player,)), log_every=log_every, save_every=2)
    with pytest.raises(DivergenceError, match=sentence):
        train(plan, small_data, tmp_path)
    assert inspect(tmp_path / CHECKPOINT).description.step == 2
    assert load(tmp_path / CHECKPOINT).sample(1, 0).shape == (1, 1, 16, 16)


def test_weights_that_are_no_numbers_stop_it_too(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    """A loss can be finite while its gradient is not: √0."""

    def objective(networks: nn.ModuleDict, batch: Batch) -> Losses:
        del batch
        weight = next(networks["generator"].parameters())
        return {"loss": (weight * 0).sum().sqrt()}

    plan = make_plan("vae", steps=1)
    plan = replace(
        plan, recipe=replace(plan.recipe, players=(Player(("generator",), objective, Adam(1e-3)),))
    )
    with pytest.raises(DivergenceError, match="by step 1"):
        train(plan, small_data, tmp_path)
    assert not (tmp_path / CHECKPOINT).exists()


def test_a_sample_grid_lies_beside_each_checkpoint(
    tmp_path: Path, make_plan: MakePlan, small_data: ImageData
) -> None:
    train(make_plan("vae"), small_data, tmp_path)
    assert (tmp_path / "samples-0000002.png").read_bytes()[:4] == b"\x89PNG"


def test_the_average_follows_the_network_and_its_statistics() -> None:
    average, network = nn.BatchNorm1d(1), nn.BatchNorm1d(1)
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(2.0)
        network.num_batches_tracked.fill_(7)
    update_average(average, network, decay=0.5, step=1000)
    assert average.weight.item() == 2.0
    assert average.state_dict()["running_mean"].item() == 1.0
    assert average.state_dict()["num_batches_tracked"].item() == 7
    update_average(average, network, decay=0.999, step=0)
    assert average.weight.item() == pytest.approx(2.9)
    update_average(average, network, decay=0.0, step=5)
    assert average.weight.item() == 3.0
