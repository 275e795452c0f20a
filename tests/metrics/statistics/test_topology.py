from __future__ import annotations

import math

import gudhi
import numpy as np
import pytest
import torch
from piq.gs import lmrk_table, relative

from metrics.statistics.topology import _loops, mean_relative_living_times, relative_living_times


def _clouds(count: int = 600) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    angle = 2 * math.pi * torch.rand(count, generator=generator, dtype=torch.float64)
    radius = torch.rand(count, generator=generator, dtype=torch.float64).sqrt()
    ring = torch.stack([angle.cos(), angle.sin()], dim=1)
    noise = 0.02 * torch.randn(count, 2, generator=generator, dtype=torch.float64)
    halves = torch.tensor([0.0, 3.0], dtype=torch.float64).repeat(count // 2)[:, None]
    return {"circle": ring + noise, "disk": radius[:, None] * ring, "two circles": ring + halves + noise}


@pytest.mark.parametrize(("cloud", "loops"), [("circle", 1), ("disk", 0), ("two circles", 2)])
def test_loops_of_known_shapes(cloud, loops):
    found = mean_relative_living_times(
        _clouds()[cloud], landmarks=32, gamma=1 / 8, holes=10, repeats=10, seed=0
    )
    assert int(found.mean(dim=0).argmax()) == loops
    assert float(found.mean(dim=0)[loops]) > 0.7


def test_living_times_by_hand():
    intervals = np.array([[0.0, 0.5], [0.25, np.inf]])
    # One loop in [0, 1/4), two in [1/4, 1/2), one in [1/2, 1).
    assert relative_living_times(intervals, 1.0, 3).tolist() == [0, 0.75, 0.25]
    assert relative_living_times(intervals, 1.0, 2).tolist() == [0, 0.75]
    assert relative_living_times(np.zeros((0, 2)), 1.0, 2).tolist() == [1, 0]
    assert relative_living_times(np.zeros((0, 2)), 0.0, 2).tolist() == [1, 0]


def test_piq_agrees_on_the_same_landmarks():
    cloud = _clouds(200)["circle"].numpy()
    marks = cloud[:20]
    table, farthest = lmrk_table(cloud, marks)
    largest = farthest / 8
    tree = gudhi.WitnessComplex(table).create_simplex_tree(max_alpha_square=largest, limit_dimension=2)
    tree.persistence(homology_coeff_field=2)
    intervals = tree.persistence_intervals_in_dimension(1)
    ours = _loops(gudhi, torch.cdist(torch.from_numpy(cloud), torch.from_numpy(marks)), largest)
    # The same loops although far landmarks are left out of the table.
    assert np.sort(ours, axis=0) == pytest.approx(np.sort(intervals, axis=0), abs=1e-9)
    expected = relative(intervals, largest, 5)
    assert relative_living_times(ours, largest, 5).numpy() == pytest.approx(expected, abs=1e-9)
