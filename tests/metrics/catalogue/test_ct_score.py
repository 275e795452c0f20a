from __future__ import annotations

import pytest
import torch
from scipy.stats import mannwhitneyu

from metrics.catalogue.ct_score import ct_score
from metrics.errors import TooFewSamplesError
from metrics.statistics.mann_whitney import mann_whitney_z


@pytest.fixture
def training(lcg):
    return lcg(4, 80, 8)


def test_numpy_gave_the_same_in_one_cell(make_features, training, vector_a, vector_b, numbers):
    found = ct_score(make_features(training), make_features(vector_a), make_features(vector_b), cells=1)[
        "ct_score"
    ]
    assert found.value == pytest.approx(numbers["ct_global"][1], rel=1e-12)
    assert found.low < found.value < found.high


def test_scipy_counts_the_same_pairs_ties_included():
    one, other = torch.tensor([1.0, 2, 2, 5, 7]), torch.tensor([2.0, 3, 5, 0])
    z, _ = mann_whitney_z(one, other)
    wins = mannwhitneyu(one.numpy(), other.numpy()).statistic
    assert z == pytest.approx((wins - 10 + 0.5) / (20 * 10 / 12) ** 0.5)


def test_the_standard_error_is_near_one_under_the_null():
    generator = torch.Generator().manual_seed(0)
    draws = [
        mann_whitney_z(torch.rand(60, generator=generator), torch.rand(50, generator=generator))
        for _ in range(200)
    ]
    assert float(torch.tensor([z for z, _ in draws]).std()) == pytest.approx(1, abs=0.15)
    assert sum(error for _, error in draws) / 200 == pytest.approx(1, abs=0.1)


def test_copies_are_far_below_zero_and_nonsense_far_above(make_features):
    generator = torch.Generator().manual_seed(0)
    training, held_out, new = (torch.randn(200, 5, generator=generator) for _ in range(3))
    near = training + 0.01 * new
    scores = [
        ct_score(make_features(training), make_features(held_out), make_features(made))["ct_score"].value
        for made in (near, new, new + 4)
    ]
    assert scores[0] < -3
    assert abs(scores[1]) < 3
    assert scores[2] > 3


def test_thin_cells_do_not_count(make_features, training, vector_a, vector_b):
    sets = [make_features(part) for part in (training, vector_a, vector_b)]
    assert "cells have too few images" in ct_score(*sets, cells=3)["ct_score"].notes[0]
    with pytest.raises(TooFewSamplesError, match="No cell holds 70"):
        ct_score(*sets, least=70)
