from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.mode_score import mode_score
from tests.support.agreement import agrees

TRAINING = (torch.arange(1, 11, dtype=torch.float64) / 55).repeat(5, 1)


def test_reference_values(make_probabilities, logits):
    found = mode_score(make_probabilities(TRAINING), make_probabilities(logits.softmax(dim=1)))
    ours = [found["mode_score"].value, found["mode_score_reversed"].value]
    # Computed in float64 by numpy from the two formulas.
    agrees(ours, [1.3210999388666929, 1.252627875703037], against="numpy, from the definition", rel=1e-12)


def test_certain_images_of_all_classes_score_their_number(make_probabilities):
    certain = make_probabilities(torch.eye(4, dtype=torch.float64).repeat(10, 1))
    found = mode_score(certain, certain)
    ours = [found["mode_score"].value, found["mode_score_reversed"].value]
    agrees(ours, [4, 4], against="closed form: certain images", rel=1e-6)


def test_a_lost_class_costs_all_or_something(make_probabilities):
    real = make_probabilities(torch.eye(2, dtype=torch.float64).repeat(10, 1))
    lost = make_probabilities(torch.eye(2, dtype=torch.float64)[:1].repeat(20, 1))
    found = mode_score(real, lost)
    assert found["mode_score"].value == pytest.approx(0)  # exp(0 - KL), KL hundreds of nats
    agrees(found["mode_score_reversed"].value, math.exp(-math.log(2)), against="by hand", rel=1e-6)


def test_the_interval_covers_the_truth_as_often_as_it_says(make_probabilities):
    # Classes' probabilities from a Dirichlet(1, 1): E KL from its known integrals.
    truth = math.exp(-0.5 + math.log(2))
    generator = torch.Generator().manual_seed(0)
    covered = 0
    for _ in range(60):
        first = torch.rand(400, 1, generator=generator, dtype=torch.float64)
        rows = make_probabilities(torch.cat([first, 1 - first], dim=1))
        uniform = make_probabilities(torch.full((400, 2), 0.5, dtype=torch.float64))
        found = mode_score(uniform, rows)["mode_score"]
        covered += found.low <= truth <= found.high
    assert covered >= 51
