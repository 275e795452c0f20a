"""The training loop: one for every model, from top to bottom on one page."""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from ganmodels.errors import ResumeError
from ganmodels.precision import mixed, products_on_gpu
from ganmodels.recipe import Batch, Losses, Player
from ganmodels.registry import GENERATOR, LATENT_SIZE
from ganmodels.seeds import torch_rng
from ganmodels.training.data import Batches, ImageData
from ganmodels.training.ema import update_average
from ganmodels.training.log import LogListener, TrainingLog
from ganmodels.training.plan import Plan, check_labels
from ganmodels.training.processes import ALONE, Processes
from ganmodels.training.saving import CHECKPOINT, LOG, STATE, save_training
from ganmodels.training.shuffle import Shuffle
from ganmodels.training.state import TrainingState, clip_parameters

__all__ = ["CHECKPOINT", "LOG", "STATE", "advance", "train"]

CPU = torch.device("cpu")


def train(
    plan: Plan,
    data: ImageData,
    out: Path,
    *,
    device: torch.device = CPU,
    resume: bool = False,
    should_stop: Callable[[], bool] = lambda: False,
    on_log: LogListener | None = None,
    processes: Processes = ALONE,
) -> int:
    """Trains until `plan.steps`, or until asked to stop; saves every so often and at the end.

    Resumed, it goes on as if it had never stopped: batches and latents are functions of the seed and the
    step, and of nothing that a process would have to remember.

    Args:
        plan: what to train.
        data: the training images.
        out: folder for checkpoint, state, log and sample grids; made where missing.
        device: where the networks live.
        resume: go on from the state in `out`.
        should_stop: asked after every step; one process that wishes stops all.
        on_log: called with every line of the log, in the process that leads.
        processes: those that train together.

    Returns:
        The step reached.

    Raises:
        DataError: the model is conditioned on classes and the images have none, or more than it knows.
        SettingError: the batch can't be shared by so many processes.
        ResumeError: nothing, or another training's state, to resume; or a state that would be overwritten.
        DivergenceError: a loss or weight became NaN or infinite; checkpoint and state are those of the last
        good save.
        LostProcessError: another process is gone.
    """
    check_labels(plan, data)
    recipe = plan.recipe
    processes.check_batch_size(recipe.batch_size)
    state = _begin(plan, data, out, device, resume=resume, processes=processes)
    shuffle = Shuffle(data, recipe.batch_size, recipe.image_range, plan.seed, processes.share)
    log = TrainingLog(out / LOG if processes.leads else None, state.step)

    with products_on_gpu(recipe.precision):
        while state.step < plan.steps:
            advance(plan, state, shuffle, log, device, processes=processes)
            stopping = bool(processes.largest(state.step == plan.steps or should_stop()))
            if stopping or state.step % plan.log_every == 0:
                line = log.write(state.step)
                if processes.leads and on_log is not None:
                    on_log(line)
            if stopping or state.step % plan.save_every == 0:
                with log.paused():
                    save_training(state, plan, data, out, processes)
            if stopping:
                break
    return state.step


def advance(
    plan: Plan,
    state: TrainingState,
    batches: Batches,
    log: TrainingLog,
    device: torch.device,
    *,
    processes: Processes = ALONE,
) -> None:
    """Makes one step, a round of all players, and notes in the log what they said.

    Args:
        plan: what is trained.
        state: changed in place.
        batches: what the players are shown.
        log: is told every loss; writes no line.
        device: where the networks live.
        processes: those that train together.
    """
    said: Losses = {}
    state.set_learning_rates(plan.recipe)
    turns = [player for player in plan.recipe.players for _ in range(player.updates)]
    for turn, player in enumerate(turns):
        index = state.step * len(turns) + turn
        asked = time.perf_counter()
        images, labels = batches.batch(index, device), batches.labels(index, device)
        waiting_s = time.perf_counter() - asked

        batch = Batch(
            images,
            int(plan.settings[LATENT_SIZE]),
            torch_rng(plan.seed, "batch", index),
            labels=labels,
            class_count=plan.class_count or 0,
            memory=state.memory,
            share=processes.share,
        )
        losses = _move(player, plan, state, batch, processes)
        log.add(player.name, losses, batch.share.all(len(images)), waiting_s)
        said |= {f"{player.name}.{name}": value for name, value in losses.items()}

    processes.average(state.statistics())
    state.remember(plan, said)
    log.note(state.memory)
    update_average(state.average, state.networks[GENERATOR], plan.recipe.ema_decay, state.step)
    state.step += 1


def _move(player: Player, plan: Plan, state: TrainingState, batch: Batch, processes: Processes) -> Losses:
    """Lowers a player's loss by one update; answers what the losses were, on average over the processes."""
    parameters, optimizer = state.parameters(player), state.optimizers[player.name]
    with mixed(plan.recipe.precision, batch.images.device):
        losses = plan.model.losses(player, state.networks, batch, plan.settings)
    optimizer.zero_grad()
    torch.autograd.backward(losses["loss"], inputs=parameters)
    said = {name: value.detach().float() for name, value in losses.items()}
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    processes.average([*gradients, *said.values()])
    optimizer.step()
    clip_parameters(parameters, player.clip)
    return said


def _begin(
    plan: Plan, data: ImageData, out: Path, device: torch.device, *, resume: bool, processes: Processes
) -> TrainingState:
    """Makes the first state, or reads the last one; makes sure that all processes have the same."""
    out.mkdir(parents=True, exist_ok=True)
    identity = plan.identity(data)
    state = TrainingState(plan, data.shape, device)
    if resume:
        state.restore(out / STATE, identity)
        if state.step > plan.steps:
            raise ResumeError(f"{out} is at step {state.step} already; give --steps above it")
    elif (out / STATE).exists() or (out / CHECKPOINT).exists():
        raise ResumeError(f"{out} holds a training already: go on with --resume, or give another --out")
    processes.check_alike(f"{identity} {state.step}")
    return state
