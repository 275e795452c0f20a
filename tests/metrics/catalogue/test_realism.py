from __future__ import annotations

import pytest
import torch

from metrics.catalogue.realism import realism
from metrics.errors import TooFewSamplesError
from metrics.statistics.medians import median_interval
from metrics.statistics.neighbours import radii, shared_pairs
from metrics.statistics.realism import LARGEST_REALISM, realism_scores
from tests.support.agreement import agrees


def test_numpy_gave_the_same_scores(make_features, vector_a, vector_b, numbers):
    reference, generated = make_features(vector_a), make_features(vector_b)
    scores = realism_scores(shared_pairs(generated, reference), radii(reference, 3))
    agrees(scores[:3], numbers["realism_first_3"], against="numpy, from the definition", rel=1e-12)
    found = realism(reference, generated)
    assert found["realism"].value == pytest.approx(float(scores.quantile(0.5)))
    assert found["realism"].low < found["realism"].value < found["realism"].high


def test_all_distances_at_once_give_the_same_in_small_tiles(make_features, lcg):
    reference, generated = make_features(10 + lcg(1, 300, 6)), make_features(10 + lcg(2, 200, 6))
    balls = radii(reference, 3)
    exact = (generated.values[:, None] - reference.values[None]).square().sum(2).sqrt()
    counted = balls < balls.quantile(0.5)
    expected = (balls[counted] / exact[:, counted]).amax(1)
    scores = realism_scores(shared_pairs(generated, reference, memory_bytes=2**16), balls)
    agrees(scores, expected, against="the definition, written out", rel=1e-12)


def test_copies_are_counted_and_stay_finite(make_features, vector_a):
    reference = make_features(vector_a)
    found = realism(reference, make_features(vector_a.clone()))
    assert found["realism"].high <= LARGEST_REALISM
    balls = radii(reference, 3)
    counted = int((balls < balls.quantile(0.5)).sum())  # about half
    assert found["realism"].notes == (f"{counted} generated images are copies of real ones.",)


def test_balls_of_one_size_all_count(make_features):
    corners = make_features(torch.eye(6, dtype=torch.float64))
    middle = make_features(torch.full((4, 6), 1 / 6, dtype=torch.float64))
    expected = (2**0.5) / (5 / 6) ** 0.5
    agrees(realism(corners, middle)["realism"].value, expected, against="by hand", rel=1e-6)


def test_median_interval_by_ranks():
    low, high = median_interval(torch.arange(1.0, 101.0))
    assert (low, high) == (40, 61)  # Conover's ranks for n = 100
    with pytest.raises(TooFewSamplesError):
        median_interval(torch.ones(1))
