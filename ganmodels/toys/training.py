"""A training on points: the step of every training, looked at now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganmodels.registry import GENERATOR, LATENT_SIZE
from ganmodels.seeds import normal_rows
from ganmodels.toys.data import POINT_SHAPE, Draws, Frame, Toy
from ganmodels.training.log import LogListener, TrainingLog
from ganmodels.training.loop import LOG, advance
from ganmodels.training.plan import Plan
from ganmodels.training.state import TrainingState

SAMPLES = 2500
"""Generated points that are looked at, as in arXiv:1705.07761, section 4.1."""

_CPU = torch.device("cpu")
_SAMPLE_SEED = 0


@dataclass(frozen=True)
class Moment:
    """What the generator made after some steps, of the same latents every time; in the toy's unit."""

    step: int
    points: Float[Tensor, "n 2"]


@dataclass(frozen=True)
class ToyRun:
    """A finished training.

    Attributes:
        plan: what was trained.
        toy: on which points.
        frame: between the toy's square and the model's images.
        networks: as they are after the last step, and no average of them.
        moments: the generator's points over time, the last one after the last step.
    """

    plan: Plan
    toy: Toy
    frame: Frame
    networks: nn.ModuleDict
    moments: tuple[Moment, ...]


def train_toy(
    plan: Plan,
    toy: Toy,
    out: Path,
    *,
    looks: int = 8,
    should_stop: Callable[[], bool] = lambda: False,
    on_log: LogListener = lambda _line: None,
    prepare: Callable[[TrainingState], None] = lambda _state: None,
) -> ToyRun:
    """Trains a model on points.

    Args:
        plan: see `toy_plan`.
        toy: what the points are drawn from; no point is drawn twice.
        out: folder for the log; made where missing.
        looks: moments to keep, the first before any step.
        should_stop: asked after every step.
        on_log: called with every line of the log.
        prepare: may change the state before the first step.

    Raises:
        DivergenceError: a loss became NaN or infinite.
    """
    out.mkdir(parents=True, exist_ok=True)
    state = TrainingState(plan, POINT_SHAPE, _CPU)
    prepare(state)
    frame = Frame.of(toy, plan.recipe.image_range)
    draws = Draws(toy, frame, plan.recipe.batch_size, plan.seed)
    log = TrainingLog(out / LOG, state.step)
    wanted = look_steps(plan.steps, looks)
    moments = [_look(plan, frame, state)]
    with one_thread():
        while state.step < plan.steps:
            advance(plan, state, draws, log, _CPU)
            stopping = state.step == plan.steps or should_stop()
            if stopping or state.step in wanted:
                moments.append(_look(plan, frame, state))
            if stopping or state.step % plan.log_every == 0:
                on_log(log.write(state.step))
            if stopping:
                break
    return ToyRun(plan, toy, frame, state.networks.eval(), tuple(moments))


@contextmanager
def one_thread() -> Iterator[None]:
    """Within the block torch computes in one thread: on so few numbers, more of them only wait for another.

    It is one more thing that can't change the last bit of a run, too.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def look_steps(steps: int, looks: int) -> set[int]:
    """Says after which steps to look: before the first, after the last, and more often early on."""
    return {round(steps * (place / (looks - 1)) ** 2) for place in range(looks)}


@torch.no_grad()
def _look(plan: Plan, frame: Frame, state: TrainingState) -> Moment:
    generator = state.networks[GENERATOR]
    training = generator.training
    latents = normal_rows(0, SAMPLES, int(plan.settings[LATENT_SIZE]), _SAMPLE_SEED)
    points = frame.points(generator.eval()(latents))
    generator.train(training)
    return Moment(state.step, points)
