"""Curves of trainings, from their logs: every player's loss, and the model's own stopping signal by its name.

A loss of a game tells who is winning and not how good the images are. What a model's authors offer as a sign
of progress is `Recipe.signal` (WGAN's negative critic loss, BEGAN's M_global), and stands first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganmodels.errors import LogError
from ganmodels.registry import get_model, model_files
from ganmodels.training.log import read_log
from ganmodels.training.saving import CHECKPOINT, LOG

_PANEL_INCHES = (6.4, 3.2)
_SMOOTHED_FROM = 40
"""Lines of a log from which a running mean is drawn over them, of a twentieth of the lines."""


@dataclass(frozen=True)
class Run:
    """One training, as its folder tells it.

    Attributes:
        name: of the folder.
        lines: of the log; see `training.log`.
        model: name in the catalogue; "" where no checkpoint says it yet.
    """

    name: str
    lines: Sequence[dict[str, Any]]
    model: str

    def series(self, quantity: str) -> tuple[list[int], list[float]]:
        """Lists steps and values of a logged number; both empty where it has none."""
        points = [(line["step"], line[quantity]) for line in self.lines if quantity in line]
        return [step for step, _ in points], [value for _, value in points]


@dataclass(frozen=True)
class Panel:
    """One logged number in one picture."""

    quantity: str
    title: str


def read_run(folder: Path) -> Run:
    """Reads a training's folder.

    Raises:
        LogError: it holds no log, or one that can't be read or has no line yet.
    """
    lines = read_log(folder / LOG)
    if not lines:
        raise LogError(f"{folder} holds no {LOG} with a line; name the --out of a training that has begun")
    return Run(folder.resolve().name, lines, _model((folder / CHECKPOINT).with_suffix(".json")))


def _model(description: Path) -> str:
    """Reads which model a checkpoint is of; "" where nothing says it."""
    try:
        model = json.loads(description.read_text())["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return model if model in model_files() else ""


def panels(runs: Sequence[Run]) -> list[Panel]:
    """Lists what is to be drawn: the models' own signals first, then the losses, each once."""
    of_signal: dict[str, dict[str, None]] = {}
    for run in runs:
        recipe = get_model(run.model).recipe if run.model else None
        if recipe is not None and recipe.signal:
            of_signal.setdefault(recipe.signal, {})[recipe.title] = None
    signals = [
        Panel(name, f"{name}: own stopping signal of {', '.join(titles)}; lower is better")
        for name, titles in of_signal.items()
    ]
    losses = dict.fromkeys(name for run in runs for name in run.lines[-1] if name.endswith(".loss"))
    return [*signals, *(Panel(name, name) for name in losses if name not in of_signal)]


def draw(runs: Sequence[Run]) -> Figure:
    """Draws the curves of several trainings over one another, a picture for each number.

    Raises:
        LogError: none of them has logged a loss.
    """
    wanted = panels(runs)
    if not wanted:
        raise LogError(f"no loss in the log of {runs[0].name}; name the --out of a training")
    columns = min(2, len(wanted))
    rows = -(-len(wanted) // columns)
    figure = Figure(figsize=(_PANEL_INCHES[0] * columns, _PANEL_INCHES[1] * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    for axis, panel in zip(axes, wanted, strict=False):
        _draw_panel(axis, panel, runs)
    for axis in axes[len(wanted) :]:
        axis.set_visible(False)
    return figure


def _draw_panel(axis: Axes, panel: Panel, runs: Sequence[Run]) -> None:
    for index, run in enumerate(runs):
        steps, values = run.series(panel.quantity)
        if not steps:
            continue
        label, colour = f"{run.name} ({run.model})" if run.model else run.name, f"C{index}"
        window = len(values) // 20 if len(values) >= _SMOOTHED_FROM else 1
        if window > 1:
            axis.plot(steps, values, color=colour, alpha=0.3, linewidth=0.8)
        axis.plot(steps[window - 1 :], _running_mean(values, window), color=colour, label=label)
    axis.set_title(panel.title, fontsize=10)
    axis.set_xlabel("step")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)


def _running_mean(values: Sequence[float], window: int) -> list[float]:
    """Averages each value with those before it; none where there are fewer than `window`."""
    means: list[float] = np.convolve(values, np.full(window, 1 / window), mode="valid").tolist()
    return means
