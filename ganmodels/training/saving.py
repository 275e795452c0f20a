"""What a training leaves behind: its state, its checkpoint, its sample grids."""

from pathlib import Path

from ganmodels.checkpoints.format import Description
from ganmodels.checkpoints.load import load
from ganmodels.checkpoints.save import check_finite, package_versions, save
from ganmodels.errors import CheckpointNotFiniteError, DivergenceError
from ganmodels.training.data import ImageData
from ganmodels.training.grid import save_grid
from ganmodels.training.plan import Plan
from ganmodels.training.processes import Processes
from ganmodels.training.state import TrainingState

CHECKPOINT, STATE, LOG = "checkpoint.safetensors", "state.safetensors", "log.jsonl"
_GRID_IMAGES = 64
_GRID_SEED = 0


def save_training(state: TrainingState, plan: Plan, data: ImageData, out: Path, processes: Processes) -> None:
    """Writes state, checkpoint and a grid of samples, in the process that leads.

    Every process looks at the weights, which are the same, so that all stop where one must.

    Raises:
        DivergenceError: a weight is NaN or infinite; the files from before stay.
    """
    try:
        check_finite(state.tensors(), "the training state")
    except CheckpointNotFiniteError as error:
        raise DivergenceError(f"by step {state.step} {error}") from error
    if not processes.leads:
        return
    state.save(out / STATE, plan.identity(data))
    save(out / CHECKPOINT, state.average, _description(state, plan, data))
    grid = load(out / CHECKPOINT).sample(_GRID_IMAGES, _GRID_SEED)
    save_grid(grid, out / f"samples-{state.step:07d}.png")


def _description(state: TrainingState, plan: Plan, data: ImageData) -> Description:
    return Description(
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
