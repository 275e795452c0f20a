from __future__ import annotations

import pytest
import torch

from metrics.catalogue.boundary_distortion import boundary_distortion


def _line(*points: float) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float64)[:, None].repeat(1, 3)


def test_a_moved_boundary_by_hand(make_labelled):
    # Real classes meet at 0; generated ones at 2, so that held-out images at 1 go to the wrong side.
    sides = torch.tensor([0, 0, 1, 1])
    real = make_labelled(_line(-2, -1, 1, 2), sides)
    made = make_labelled(_line(0, 1, 3, 4), sides)
    held_out = make_labelled(_line(-1, 1, 1, 3), torch.tensor([0, 1, 1, 1]))
    found = boundary_distortion(*real, *held_out, *made)["boundary_distortion"]
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high


def test_images_as_good_as_real_distort_nothing(make_labelled, gaussian_classes):
    real, held_out, made = (make_labelled(*gaussian_classes(seed, 900)) for seed in range(3))
    found = boundary_distortion(*real, *held_out, *made)["boundary_distortion"]
    assert found.low <= 0 <= found.high
    same = boundary_distortion(*real, *held_out, *real)["boundary_distortion"]
    assert same.low < same.value == 0 < same.high


def test_no_gap_comes_from_numbers_alone(make_labelled, gaussian_classes):
    real, held_out = make_labelled(*gaussian_classes(0, 900)), make_labelled(*gaussian_classes(1, 900))
    rows, labels = gaussian_classes(0, 900)
    few = make_labelled(rows[:30], labels[:30])
    both_few = boundary_distortion(*few, *held_out, *few)["boundary_distortion"]
    assert both_few.value == 0
    assert abs(boundary_distortion(*real, *held_out, *few)["boundary_distortion"].value) < 0.15
