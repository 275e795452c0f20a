"""Runs beside each other, drawn as the papers draw them."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from ganmodels.toys.clipping import CriticRun
from ganmodels.toys.figures import GRID, draw_moment, draw_surface, legend, square
from ganmodels.toys.judging import judge_of
from ganmodels.toys.optimum import Optimum, best, learned
from ganmodels.toys.training import ToyRun

_COLOURS = ("#d55e00", "#0072b2", "#cc79a7", "#009e73")
_MARKERS = ("o", "s", "^", "D")
_BINS = 61
_SLOPES = (-5.0, 2.0)
_SHARES = np.linspace(0, 1, 21)


def collapse_figure(runs: Sequence[ToyRun]) -> Figure:
    """Draws one run a row, the generator's points over time, all on one scale."""
    columns = max(len(run.moments) for run in runs)
    figure = Figure(figsize=(2.0 * columns, 2.35 * len(runs) + 0.4), layout="constrained")
    axes = figure.subplots(len(runs), columns, sharex=True, sharey=True, squeeze=False)
    for row, run in zip(axes, runs, strict=True):
        for axis, moment in zip(row, run.moments, strict=True):
            draw_moment(axis, run.toy, moment)
        row[0].set_ylabel(run.plan.recipe.title, fontsize="large", fontweight="bold")
    legend(figure, axes[0, 0])
    return figure


def layers_figure(runs: Mapping[str, CriticRun]) -> Figure:
    """Draws the norm of the critic's gradient layer by layer, one line a run."""
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axis = figure.subplots()
    for (label, run), colour, marker in zip(runs.items(), _COLOURS, _MARKERS, strict=False):
        layers = range(1, len(run.by_layer) + 1)
        axis.semilogy(layers, run.by_layer, color=colour, marker=marker, label=label)
    axis.axhline(1, color="#999999", linewidth=0.8, linestyle=":")
    axis.set(xlabel="hidden layer of the critic, from the input on", ylabel="mean norm of the gradient")
    axis.set_title("Gradient of the critic's value by what each layer answers", fontsize="medium")
    axis.legend(frameon=False, fontsize="small")
    axis.grid(alpha=0.25)
    return figure


def weights_figure(clipped: CriticRun, penalised: CriticRun) -> Figure:
    """Draws where the weights are, and the slopes between real and generated points, of both critics."""
    figure = Figure(figsize=(9.0, 5.2), layout="constrained")
    axes = figure.subplots(2, 2)
    titles = (f"weights clipped to ±{clipped.bound:g}", "gradient penalty")
    reaches = (1.1 * clipped.bound, float(penalised.weights.abs().quantile(0.995)))
    rows = zip(axes, (clipped, penalised), titles, reaches, _COLOURS, strict=False)
    for row, run, title, reach, colour in rows:
        _histogram(row[0], run.weights, (-reach, reach), colour)
        row[0].set_ylabel(f"{title}\nshare")
        _histogram(row[1], run.slopes.log10().clamp(*_SLOPES), _SLOPES, colour)
        row[1].axvline(0, color="#4d4d4d", linewidth=0.8, linestyle=":")
    axes[0, 0].set_title(
        f"weights: {clipped.at_bound:.0%} of the clipped are at the bound", fontsize="medium"
    )
    axes[0, 1].set_title("slopes between real and generated points", fontsize="medium")
    axes[1, 0].set_xlabel("weight (above and below on scales of their own)")
    axes[1, 1].set_xlabel("norm of the gradient, as a power of ten")
    return figure


def critics_figure(runs: Mapping[str, CriticRun]) -> Figure:
    """Draws the critics' values over the square, each with a scale of its own."""
    figure = Figure(figsize=(4.9 * len(runs), 4.1), layout="constrained")
    axes = figure.subplots(1, len(runs), squeeze=False)[0]
    for axis, (label, critic) in zip(axes, runs.items(), strict=True):
        judge = judge_of(critic.run.networks, critic.run.plan.recipe)
        if judge is not None:
            draw_surface(axis, critic.run, judge)
        x, y = critic.run.toy.centres.T.numpy()
        axis.plot(x, y, color="white", linewidth=0.8, alpha=0.7)
        axis.set(aspect="equal")
        axis.set_title(label, fontsize="medium")
    return figure


def optimum_figure(optimum: Optimum) -> Figure:
    """Draws the best discriminator, the trained one, and how far they are apart."""
    points, ticks = square(optimum.real.half_side)
    closed, trained = best(optimum.real, optimum.generated, points), learned(optimum.run, points)
    figure = Figure(figsize=(11.4, 3.9), layout="constrained")
    axes = figure.subplots(1, 3, sharex=True, sharey=True)
    panels = (
        ("closed form: $p_r / (p_r + p_g)$", closed),
        (f"trained, step {optimum.run.moments[-1].step}", trained),
        ("distance of the two", (closed - trained).abs()),
    )
    for axis, (title, values) in zip(axes, panels, strict=True):
        _share(figure, axis, ticks, values)
        axis.set_title(title, fontsize="medium")
        axis.set(aspect="equal")
    return figure


def _share(figure: Figure, axis: Axes, ticks: Sequence[float], values: Float[Tensor, " n"]) -> None:
    drawn = axis.contourf(ticks, ticks, values.reshape(GRID, GRID).numpy(), levels=_SHARES, cmap="viridis")
    figure.colorbar(drawn, ax=axis, ticks=[0, 0.25, 0.5, 0.75, 1])


def _histogram(axis: Axes, values: Float[Tensor, " n"], limits: tuple[float, float], colour: str) -> None:
    weights = torch.full_like(values, 1 / len(values))
    axis.hist(values.numpy(), bins=_BINS, range=limits, weights=weights.numpy(), color=colour)
