"""A run on points, drawn: what the generator made over time, and what it was told."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from ganmodels.toys.data import Toy
from ganmodels.toys.judging import Judge, judge_of
from ganmodels.toys.scores import mode_scores
from ganmodels.toys.training import Moment, ToyRun

REAL, GENERATED = "#4d4d4d", "#d55e00"
DPI = 110
GRID = 160
"""Points of a surface along either side."""

_LEVELS = 15
_SHOWN = 1000
_COLOURS = 128


def samples_figure(run: ToyRun, columns: int = 4) -> Figure:
    """Draws the generator's points after some steps, side by side on one scale, over the real ones' modes."""
    rows = -(-len(run.moments) // columns)
    figure = Figure(figsize=(2.2 * columns, 2.8 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flatten()
    for axis, moment in zip(axes, run.moments, strict=False):
        draw_moment(axis, run.toy, moment)
    for axis in axes[len(run.moments) :]:
        axis.set_axis_off()
    figure.suptitle(f"{run.plan.recipe.title} on {run.toy.name}, seed {run.plan.seed}")
    legend(figure, axes[0])
    return figure


def draw_moment(axis: Axes, toy: Toy, moment: Moment) -> None:
    """Draws one moment: the step, modes covered and share of high quality above the points."""
    scores = mode_scores(moment.points, toy)
    _scatter(axis, toy, moment.points)
    axis.set_title(
        f"step {moment.step}\n{scores.modes_covered}/{scores.mode_count} modes, "
        f"{scores.high_quality:.0%} near one",
        fontsize="small",
    )


def surface_figure(run: ToyRun) -> Figure | None:
    """Draws what the discriminator or critic says all over the square; `None` where there is none."""
    judge = judge_of(run.networks, run.plan.recipe)
    if judge is None:
        return None
    figure = Figure(figsize=(5.6, 4.8), layout="constrained")
    axis = figure.subplots()
    draw_surface(axis, run, judge)
    _scatter(axis, run.toy, run.moments[-1].points[:_SHOWN])
    axis.set_title(
        f"{run.plan.recipe.title} on {run.toy.name}: the {judge.name}, step {run.moments[-1].step}"
    )
    legend(figure, axis)
    return figure


def draw_surface(axis: Axes, run: ToyRun, judge: Judge) -> Colorbar:
    """Draws contours of a judge's value, with their scale beside them."""
    points, ticks = square(run.toy.half_side)
    with torch.no_grad():
        values = judge.value(run.frame.images(points)).reshape(GRID, GRID)
    drawn = axis.contourf(ticks, ticks, values.numpy(), levels=_LEVELS, cmap="viridis")
    figure = axis.get_figure()
    assert figure is not None
    bar: Colorbar = figure.colorbar(drawn, ax=axis, label=f"{judge.name}'s {judge.quantity}")
    return bar


def square(half_side: float) -> tuple[Float[Tensor, "n 2"], Sequence[float]]:
    """Lays a grid of points over a toy's square, row by row from below, and answers its ticks as well."""
    ticks = torch.linspace(-half_side, half_side, GRID)
    down, across = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([across.flatten(), down.flatten()], dim=1), ticks.tolist()


def save_figure(figure: Figure, path: Path, *, dpi: int = DPI) -> None:
    """Writes a figure as PNG of few colours, which keeps it small; the same figure makes the same file."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
    with Image.open(drawn) as image:
        flat = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    flat.save(path, optimize=True)


def _scatter(axis: Axes, toy: Toy, points: Float[Tensor, "n 2"]) -> None:
    x, y = toy.centres.T.numpy()
    axis.scatter(x, y, s=14 if len(x) < 100 else 1, c=REAL, marker="o", linewidths=0, label="real modes")
    x, y = np.asarray(points.T)
    axis.scatter(x, y, s=3, c=GENERATED, alpha=0.35, linewidths=0, label="generated points", rasterized=True)
    axis.set(xlim=(-toy.half_side, toy.half_side), ylim=(-toy.half_side, toy.half_side), aspect="equal")
    axis.tick_params(labelsize="x-small")


def legend(figure: Figure, axis: Axes) -> None:
    """Says below all pictures what the points of one of them are."""
    handles, labels = axis.get_legend_handles_labels()
    drawn = figure.legend(
        handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, markerscale=2
    )
    for handle in drawn.legend_handles:
        if handle is not None:
            handle.set_alpha(1)
