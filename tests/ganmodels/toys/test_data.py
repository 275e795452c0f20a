"""Densities are those of the points; the models' range and the toy's square are one map apart."""

import math
from dataclasses import replace

import pytest
import torch

from ganmodels.errors import ToyNameError
from ganmodels.toys.data import TOYS, Draws, Frame, Toy, get_toy


@pytest.fixture(params=TOYS)
def toy(request: pytest.FixtureRequest) -> Toy:
    return get_toy(request.param)


def test_the_density_sums_to_one(toy: Toy) -> None:
    wide = replace(toy, std=max(toy.std, toy.half_side / 20))
    ticks = torch.linspace(-1.5 * toy.half_side, 1.5 * toy.half_side, 70, dtype=torch.float64)
    density = wide.log_density(torch.cartesian_prod(ticks, ticks)).exp()
    assert float(density.sum() * (ticks[1] - ticks[0]) ** 2) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["ring8", "grid25"])
def test_drawn_points_have_the_density(name: str) -> None:
    """Where modes lie apart, the logarithm's mean is that of one Gaussian, less that of the count."""
    toy = get_toy(name)
    points = toy.draw(20_000, torch.Generator().manual_seed(0))
    expected = -math.log(toy.mode_count) - 1 - math.log(2 * math.pi * toy.std**2)
    assert float(toy.log_density(points).mean()) == pytest.approx(expected, abs=0.03)


def test_the_rolls_row_is_dense_enough_to_be_the_roll() -> None:
    """Its density at drawn points is that of a row with four times as many Gaussians."""
    toy = get_toy("swiss_roll")
    along = (torch.arange(8000) + 0.5) / 8000
    turn = 1.5 * math.pi * (1 + 2 * along)
    dense = replace(
        toy,
        centres=torch.stack([turn * turn.cos(), turn * turn.sin()], dim=1),
        modes=toy.modes.repeat_interleave(4),
    )
    points = toy.draw(500, torch.Generator().manual_seed(0))
    torch.testing.assert_close(toy.log_density(points), dense.log_density(points), atol=0.01, rtol=0)


def test_modes_are_equally_likely_and_in_the_square(toy: Toy) -> None:
    points = toy.draw(10_000, torch.Generator().manual_seed(1))
    nearest = toy.modes[torch.cdist(points, toy.centres).argmin(dim=1)]
    shares = torch.bincount(nearest, minlength=toy.mode_count) / len(points)
    torch.testing.assert_close(shares, torch.full_like(shares, 1 / toy.mode_count), atol=0.012, rtol=0)
    assert float(points.abs().max()) < toy.half_side


def test_what_the_papers_say_of_ring_and_grid() -> None:
    ring, grid = get_toy("ring8"), get_toy("grid25")
    torch.testing.assert_close(ring.centres.norm(dim=1), torch.full((8,), 2.0))
    assert (ring.std, grid.std) == (0.02, 0.05)
    assert sorted(set(grid.centres.flatten().tolist())) == [-4, -2, 0, 2, 4]


@pytest.mark.parametrize("image_range", [(-1.0, 1.0), (0.0, 1.0)])
def test_a_frame_brings_points_to_the_range_and_back(toy: Toy, image_range: tuple[float, float]) -> None:
    frame = Frame.of(toy, image_range)
    points = toy.draw(100, torch.Generator().manual_seed(0))
    images = frame.images(points)
    assert images.shape == (100, 2, 1, 1)
    assert image_range[0] < float(images.min()) < float(images.max()) < image_range[1]
    torch.testing.assert_close(frame.points(images), points, atol=1e-5, rtol=1e-5)


def test_batches_are_functions_of_seed_and_index_and_never_the_same_twice() -> None:
    toy = get_toy("ring8")
    frame, device = Frame.of(toy, (-1.0, 1.0)), torch.device("cpu")
    draws = Draws(toy, frame, 8, seed=3)
    first, second = draws.batch(0, device), draws.batch(1, device)
    assert torch.equal(draws.batch(0, device), first)
    assert not torch.isin(second, first).any()
    assert not torch.equal(Draws(toy, frame, 8, seed=4).batch(0, device), first)


def test_an_unknown_toy_is_named_with_the_nearest() -> None:
    with pytest.raises(ToyNameError, match="did you mean 'ring8'"):
        get_toy("ring9")
