from __future__ import annotations

import pytest
import torch
from scipy.stats import mannwhitneyu

from metrics.catalogue.ct_score import ct_score
from metrics.errors import TooFewSamplesError
from metrics.statistics.mann_whitney import mann_whitney
from tests.support.agreement import agrees


@pytest.fixture
def training(lcg):
    return lcg(4, 80, 8)


def test_numpy_gave_the_same_in_one_cell(make_features, training, vector_a, vector_b, numbers):
    found = ct_score(make_features(training), make_features(vector_a), make_features(vector_b), cells=1)[
        "ct_score"
    ]
    agrees(found.value, numbers["ct_global"][1], against="scipy", rel=1e-12)
    assert found.low < found.value < found.high


def test_scipy_counts_the_same_pairs_ties_included():
    one, other = torch.tensor([1.0, 2, 2, 5, 7]), torch.tensor([2.0, 3, 5, 0])
    wins = mannwhitneyu(one.numpy(), other.numpy()).statistic
    theirs = (wins - 10 + 0.5) / (20 * 10 / 12) ** 0.5
    agrees(mann_whitney(one, other).z, theirs, against="scipy", rel=1e-6)


def test_the_interval_is_as_wide_as_the_statistic_varies_under_the_null():
    generator = torch.Generator().manual_seed(0)
    draws = [
        mann_whitney(torch.rand(60, generator=generator), torch.rand(50, generator=generator))
        for _ in range(200)
    ]
    assert float(torch.tensor([found.z for found in draws]).std()) == pytest.approx(1, abs=0.15)
    assert sum(found.high - found.low for found in draws) / 200 / (2 * 1.96) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("copied", [0.5, 0.9, 0.97, 0.995])
def test_the_interval_holds_the_truth_however_many_images_are_copies(copied):
    """The standard error of the placements alone held it in 94 of 100 draws and, of more copies, in 24."""
    generator = torch.Generator().manual_seed(0)

    def draw():
        new, held_out = (torch.rand(40, generator=generator) for _ in range(2))
        found = mann_whitney(torch.where(torch.rand(40, generator=generator) < copied, -new, new), held_out)
        truth = (1600 * ((1 - copied) / 2 - 0.5) + 0.5) / (1600 * 81 / 12) ** 0.5
        return found.low <= truth <= found.high

    assert sum(draw() for _ in range(300)) > 0.92 * 300


def test_plain_copying_has_an_interval():
    found = mann_whitney(-torch.rand(100), torch.rand(100))
    assert found.z == pytest.approx(found.low, abs=1e-9)
    # Of 100 images none contradicts: with 95 % no more than 3.6 in 100 do.
    least, share = -5000 + 0.5, 0.036 * 10_000
    assert found.high == pytest.approx((least + share) / (10_000 * 201 / 12) ** 0.5, rel=0.05)


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
