from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.am_score import am_score
from tests.support.agreement import agrees

TRAINING = (torch.arange(1, 11, dtype=torch.float64) / 55).repeat(5, 1)


def test_reference_value(make_probabilities, logits):
    found = am_score(make_probabilities(TRAINING), make_probabilities(logits.softmax(dim=1)))["am_score"]
    # Computed in float64 by numpy.
    agrees(found.value, 2.005555000145501, against="numpy, from the definition", rel=1e-12)
    assert found.low < found.value < found.high


def test_certain_images_of_the_right_shares_are_perfect(make_probabilities):
    certain = make_probabilities(torch.eye(4, dtype=torch.float64).repeat(10, 1))
    assert am_score(certain, certain)["am_score"].value == pytest.approx(0, abs=1e-12)


def test_undecided_images_cost_their_entropy(make_probabilities):
    undecided = make_probabilities(torch.full((10, 8), 1 / 8, dtype=torch.float64))
    found = am_score(undecided, undecided)["am_score"].value
    agrees(found, math.log(8), against="closed form: uniform probabilities", rel=1e-6)
