from __future__ import annotations

import torch

from metrics.catalogue.boundary_distortion import boundary_distortion
from tests.support.agreement import agrees


def _line(*points: float) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float64)[:, None].repeat(1, 3)


def test_a_moved_boundary_by_hand(make_labelled):
    # Real classes meet at 0; generated ones at 2, so that held-out images at 1 go to the wrong side.
    sides = torch.tensor([0, 0, 1, 1])
    real = make_labelled(_line(-2, -1, 1, 2), sides)
    made = make_labelled(_line(0, 1, 3, 4), sides)
    held_out = make_labelled(_line(-1, 1, 1, 3), torch.tensor([0, 1, 1, 1]))
    found = boundary_distortion(*real, *held_out, *made)["boundary_distortion"]
    agrees(found.value, 0.5, against="by hand", rel=1e-6)
    assert found.low < 0.5 < found.high


def test_scikit_learn_loses_as_much(make_labelled, gaussian_classes, scikit_learn):
    real, held_out, made = (gaussian_classes(seed, 300) for seed in range(3))
    made = (made[0] * torch.tensor([1.0, 1.0, 0.2]) + 0.5, made[1])
    found = boundary_distortion(*make_labelled(*real), *make_labelled(*held_out), *make_labelled(*made))
    one, other = (
        (scikit_learn(train, held_out[0]).argmax(1) == held_out[1].numpy()).mean() for train in (real, made)
    )
    agrees(found["boundary_distortion"].value, one - other, against="scikit-learn", abs_=1e-9)


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
