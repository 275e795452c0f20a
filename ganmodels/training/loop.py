"""The training loop: one for every model, from top to bottom on one page."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganmodels.checkpoints.format import Description
from ganmodels.checkpoints.load import load
from ganmodels.checkpoints.save import package_versions, save
from ganmodels.errors import CheckpointNotFiniteError, DivergenceError, ResumeError
from ganmodels.recipe import Batch
from ganmodels.registry import GENERATOR, LATENT_SIZE
from ganmodels.seeds import torch_rng
from ganmodels.training.data import Batches, ImageData, Shuffle
from ganmodels.training.ema import update_average
from ganmodels.training.grid import save_grid
from ganmodels.training.log import TrainingLog
from ganmodels.training.plan import Plan, check_labels
from ganmodels.training.state import TrainingState, clip_parameters

CHECKPOINT, STATE, LOG = "checkpoint.safetensors", "state.safetensors", "log.jsonl"
_GRID_IMAGES = 64
_GRID_SEED = 0


def train(
    plan: Plan,
    data: ImageData,
    out: Path,
    *,
    device: torch.device = torch.device("cpu"),  # noqa: B008 - a constant
    resume: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[dict[str, Any]], None] | None = None,
) -> int:
    """Trains until `plan.steps`, or until asked to stop; saves every so often and at the end.

    Resumed, it goes on as if it had never stopped: batches and latents are functions of the seed and the
    step.

    Args:
        plan: what to train.
        data: the training images.
        out: folder for checkpoint, state, log and sample grids; made where missing.
        device: where the networks live.
        resume: go on from the state in `out`.
        should_stop: asked after every step.
        report: called with every line of the log.

    Returns:
        The step reached.

    Raises:
        DataError: the model is conditioned on classes and the images have none, or more than it knows.
        ResumeError: nothing, or another training's state, to resume; or a state that would be overwritten.
        DivergenceError: a loss or weight became NaN or infinite; checkpoint and state are those of the last
        good save.
    """
    out.mkdir(parents=True, exist_ok=True)
    recipe, identity = plan.recipe, plan.identity(data)
    check_labels(plan, data)
    state = TrainingState(plan, data.shape, device)
    if resume:
        state.restore(out / STATE, identity)
    elif (out / STATE).exists():
        raise ResumeError(f"{out} holds a training already: go on with --resume, or give another --out")
    shuffle = Shuffle(data, recipe.batch_size, recipe.image_range, plan.seed)
    log = TrainingLog(out / LOG, state.step)

    while state.step < plan.steps:
        advance(plan, state, shuffle, log, device)
        stopping = state.step == plan.steps or should_stop()
        if stopping or state.step % plan.log_every == 0:
            line = log.write(state.step)
            if report is not None:
                report(line)
        if stopping or state.step % plan.save_every == 0:
            _save(state, plan, data, out)
        if stopping:
            break
    return state.step


def advance(
    plan: Plan, state: TrainingState, batches: Batches, log: TrainingLog, device: torch.device
) -> None:
    """Makes one step, a round of all players, and notes in the log what they said.

    Args:
        plan: what is trained.
        state: changed in place.
        batches: what the players are shown.
        log: is told every loss; writes no line.
        device: where the networks live.
    """
    said: dict[str, Tensor] = {}
    state.set_learning_rates(plan.recipe)
    turns = [player for player in plan.recipe.players for _ in range(player.updates)]
    for turn, player in enumerate(turns):
        index = state.step * len(turns) + turn
        asked = time.perf_counter()
        images = batches.batch(index, device)
        waiting_s = time.perf_counter() - asked

        batch = Batch(
            images,
            int(plan.settings[LATENT_SIZE]),
            torch_rng(plan.seed, "batch", index),
            labels=batches.labels(index, device),
            class_count=plan.class_count or 0,
            memory=state.memory,
        )
        losses = plan.model.losses(player, state.networks, batch, plan.settings)
        optimizer = state.optimizers[player.name]
        optimizer.zero_grad()
        torch.autograd.backward(losses["loss"], inputs=state.parameters(player))
        optimizer.step()
        clip_parameters(state.parameters(player), player.clip)
        log.add(player.name, losses, len(images), waiting_s)
        said |= {f"{player.name}.{name}": value.detach() for name, value in losses.items()}

    state.remember(plan, said)
    log.note(state.memory)
    update_average(state.average, state.networks[GENERATOR], plan.recipe.ema_decay, state.step)
    state.step += 1


def _save(state: TrainingState, plan: Plan, data: ImageData, out: Path) -> None:
    description = Description(
        model=plan.model.name,
        settings=dict(plan.settings),
        image_shape=data.shape,
        recipe=plan.recipe.as_json(),
        data={"name": data.name, "digest": data.digest, "count": len(data)},
        seed=plan.seed,
        step=state.step,
        command=plan.command,
        versions=package_versions(),
    )
    try:
        state.save(out / STATE, plan.identity(data))
        save(out / CHECKPOINT, state.average, description)
    except CheckpointNotFiniteError as error:
        raise DivergenceError(f"by step {state.step} {error}") from error
    grid = load(out / CHECKPOINT).sample(_GRID_IMAGES, _GRID_SEED)
    save_grid(grid, out / f"samples-{state.step:07d}.png")
