"""Figures of runs beside each other: rows, columns, labels."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganmodels.toys.clipping import CriticRun, train_critic
from ganmodels.toys.comparisons import (
    collapse_figure,
    critics_figure,
    layers_figure,
    optimum_figure,
    weights_figure,
)
from ganmodels.toys.data import get_toy
from ganmodels.toys.networks import Body
from ganmodels.toys.optimum import train_discriminator
from ganmodels.toys.plan import toy_plan
from ganmodels.toys.training import ToyRun


@pytest.fixture(scope="module")
def critics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CriticRun]:
    return {
        name: train_critic(
            toy_plan(name, {"batch_size": "16"}, steps=1, body=Body(8, 3)),
            get_toy("swiss_roll"),
            tmp_path_factory.mktemp(name),
        )
        for name in ("wgan", "wgan_gp")
    }


def test_runs_are_rows_and_moments_columns(short_run: Callable[..., ToyRun]) -> None:
    runs = [short_run("gan"), short_run("wgan_gp")]
    axes = collapse_figure(runs).axes
    assert len(axes) == 2 * 3
    assert [axis.get_ylabel() for axis in axes[::3]] == ["GAN", "WGAN-GP"]


def test_layers_are_counted_from_the_input(critics: dict[str, CriticRun]) -> None:
    (axis,) = layers_figure(critics).axes
    lines = {str(line.get_label()): line for line in axis.lines if str(line.get_label()) in critics}
    assert lines.keys() == critics.keys()
    for name, line in lines.items():
        assert list(line.get_xdata()) == [1, 2, 3]
        assert tuple(line.get_ydata()) == critics[name].by_layer


def test_all_weights_and_slopes_are_counted(critics: dict[str, CriticRun]) -> None:
    figure = weights_figure(critics["wgan"], critics["wgan_gp"])
    shares = [sum(bar.get_height() for bar in axis.patches) for axis in figure.axes]
    assert shares == pytest.approx([1, 1, 1, 1], abs=0.01)


def test_surfaces_have_scales_of_their_own(critics: dict[str, CriticRun]) -> None:
    figure = critics_figure(critics)
    assert [axis.get_title() for axis in figure.axes[:2]] == ["wgan", "wgan_gp"]
    assert len(figure.axes) == 4


@pytest.mark.slow
def test_the_three_shares_are_on_one_scale(tmp_path: Path) -> None:
    toy = get_toy("swiss_roll")
    found = train_discriminator(toy, toy, tmp_path, {"batch_size": "16"}, steps=1, body=Body(8, 1))
    figure = optimum_figure(found)
    assert len(figure.axes) == 6
    assert torch.isfinite(torch.tensor(found.mean_error))
