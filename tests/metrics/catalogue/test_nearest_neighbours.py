from __future__ import annotations

import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from metrics.catalogue.nearest_neighbours import nearest_neighbours
from metrics.errors import TooFewSamplesError
from tests.support.agreement import agrees


def test_by_hand_on_a_line(make_features):
    real, generated = ([[0.0], [1.0], [10.0]], [[2.0], [4.0]])
    found = nearest_neighbours(
        *(make_features(torch.tensor(part, dtype=torch.float64)) for part in (real, generated))
    )
    ours = [found["nearest_real_distance"].value, found["nearest_generated_distance"].value]
    agrees(ours, [(1 + 3) / 2, (2 + 1 + 6) / 3], against="by hand", abs_=0)


def test_scikit_learn_agrees(make_features, vector_a, vector_b):
    found = nearest_neighbours(make_features(vector_a), make_features(vector_b))
    for name, queries, points in (
        ("nearest_real_distance", vector_b, vector_a),
        ("nearest_generated_distance", vector_a, vector_b),
    ):
        peer = NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(points.numpy())
        distances = peer.kneighbors(queries.numpy())[0]
        agrees(found[name].value, distances.mean(), against="scikit-learn", rel=1e-12)
        error = 1.96 * distances.std(ddof=1) / 8
        assert found[name].high - found[name].value == pytest.approx(error, rel=1e-3)


def test_one_image_is_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError):
        nearest_neighbours(make_features(vector_a), make_features(vector_a[:1]))
