"""Figures: as many pictures as moments, on one scale; files that stay small and are the same again."""

from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image

from ganmodels.toys.figures import samples_figure, save_figure, square, surface_figure
from ganmodels.toys.training import ToyRun

ShortRun = Callable[..., ToyRun]


def test_moments_stand_side_by_side_on_one_scale(short_run: ShortRun) -> None:
    run = short_run("wgan_gp", "swiss_roll")
    axes = [axis for axis in samples_figure(run).axes if axis.axison]
    assert len(axes) == len(run.moments) == 3
    assert {(axis.get_xlim(), axis.get_ylim()) for axis in axes} == {((-17.0, 17.0), (-17.0, 17.0))}
    assert axes[-1].get_title().startswith("step 3\n")


def test_a_surface_has_a_scale_that_says_what_it_is(short_run: ShortRun) -> None:
    figure = surface_figure(short_run("wgan_gp"))
    assert figure is not None
    assert [axis.get_ylabel() for axis in figure.axes][-1] == "critic's value"
    energies = surface_figure(short_run("ebgan"))
    assert energies is not None
    assert energies.axes[-1].get_ylabel() == "discriminator's energy"
    assert surface_figure(short_run("vae")) is None


def test_the_square_goes_row_by_row_from_below() -> None:
    points, ticks = square(3.0)
    assert (ticks[0], ticks[-1]) == (-3.0, 3.0)
    assert points[0].tolist() == [-3.0, -3.0]
    assert points[len(ticks) - 1].tolist() == [3.0, -3.0]
    assert torch.equal(points[-1], torch.tensor([3.0, 3.0]))


def test_files_are_small_and_the_same_again(short_run: ShortRun, tmp_path: Path) -> None:
    run = short_run("wgan_gp")
    for name in ("one.png", "two.png"):
        figure = surface_figure(run)
        assert figure is not None
        save_figure(figure, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one.png").stat().st_size < 200_000
    with Image.open(tmp_path / "one.png") as image:
        assert image.width > 500
