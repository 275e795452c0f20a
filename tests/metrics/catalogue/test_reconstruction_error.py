from __future__ import annotations

import pytest
import torch

from metrics import open_images
from metrics.catalogue.reconstruction_error import reconstruction_error
from metrics.errors import InvalidSettingError, NotConvergedError
from tests.support.agreement import agrees
from tests.support.metric_world import ToyGenerator, as_pixels

NAME = "reconstruction_error"


def test_the_generators_own_images_are_found_again():
    own = open_images(ToyGenerator().sample(6, seed=5))
    found = reconstruction_error(own, ToyGenerator(), steps=150, starts=2)[NAME]
    # What is left is rounding to 8 bits: a variance of 1/12 of a step.
    assert found.value == pytest.approx(1 / 12 / 255**2, rel=0.6)
    assert found.notes == ()


def test_a_search_that_still_gains_is_flagged_or_refused():
    own = open_images(ToyGenerator().sample(6, seed=5))
    found = reconstruction_error(own, ToyGenerator(), steps=2, starts=3, learning_rate=0.01)[NAME]
    assert "Not converged: as many steps again lowered the error by" in found.notes[0]
    assert found.low < found.value - 1e-4
    with pytest.raises(NotConvergedError, match="raise `steps` or `starts`"):
        reconstruction_error(own, ToyGenerator(), steps=40, starts=3, learning_rate=0.05)


def test_a_single_start_is_flagged():
    own = open_images(ToyGenerator().sample(6, seed=5))
    found = reconstruction_error(own, ToyGenerator(), steps=150, starts=1)[NAME]
    assert "a single start can't be compared with another" in found.notes[0]


def test_images_outside_its_reach_are_as_far_as_least_squares_says():
    rows = torch.randn(6, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pixels = as_pixels(rows).round()
    found = reconstruction_error(open_images(pixels.to(torch.uint8)), ToyGenerator(), steps=200, starts=1)[
        NAME
    ]
    weights = 24 / 255 * 0.3 * torch.linspace(-1, 1, 48, dtype=torch.float64).reshape(4, 12)
    targets = (pixels[:, :, ::8, ::8].flatten(1) - 96) / 255
    exact = torch.linalg.lstsq(weights.T, targets.T, driver="gelsd").solution.T @ weights
    theirs = (exact - targets).square().mean()
    agrees(found.value, theirs, against="closed form: a linear generator, by least squares", rel=1e-2)
    assert found.low < found.value < found.high


def test_a_search_of_nothing_is_refused():
    with pytest.raises(InvalidSettingError):
        reconstruction_error(open_images(ToyGenerator().sample(2, seed=0)), ToyGenerator(), starts=0)
