from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.image.mifid import _compute_cosine_distance, _mifid_compute

from metrics.catalogue.mifid import mifid
from metrics.errors import InvalidEvidenceError
from metrics.statistics.cosine import nearest_cosine_distances
from metrics.statistics.distances import Pairs
from metrics.statistics.moments import moments_of
from tests.support.agreement import agrees


def _mifid(make_features, real, made, **settings):
    sets = [make_features(values) for values in (real, made)]
    return mifid(*sets, *(moments_of(item) for item in sets), **settings)["mifid"]


def test_numpy_gave_the_same_distance(vector_a, vector_b, numbers):
    found = nearest_cosine_distances(Pairs(vector_b, vector_a))
    agrees(found.mean(), numbers["mifid_distance"], against="numpy, from the definition", rel=1e-12)
    assert torch.equal(found, nearest_cosine_distances(Pairs(vector_b, vector_a, 2**14)))


@pytest.mark.parametrize("threshold", [0.1, 0.01])
def test_torchmetrics_agrees(make_features, vector_a, vector_b, threshold):
    moments = [(torch.from_numpy(np.cov(x.numpy().T)), x.mean(0)) for x in (vector_a, vector_b)]
    (cov_a, mean_a), (cov_b, mean_b) = moments
    # The paper's mean is over generated images; torchmetrics takes its first set's, and gives it the real.
    peer = _mifid_compute(mean_b, cov_b, vector_b, mean_a, cov_a, vector_a, cosine_distance_eps=threshold)
    found = _mifid(make_features, vector_a, vector_b, threshold=threshold)
    agrees(found.value, peer, against="torchmetrics", rel=1e-6)
    swapped = _compute_cosine_distance(vector_b, vector_a, cosine_distance_eps=threshold)
    plain = _mifid(make_features, vector_a, vector_b, threshold=0.0).value
    agrees(found.value, plain / float(swapped), against="torchmetrics", rel=1e-6)
    assert bool(found.notes) == (threshold == 0.1)


def test_near_copies_keep_their_digits(lcg):
    points = 1 + lcg(1, 30, 50)
    nudge = 1e-9 * (lcg(2, 30, 50) - 0.5)
    found = nearest_cosine_distances(Pairs(points + nudge, points))
    along = (nudge * points).sum(1, keepdim=True) / points.square().sum(1, keepdim=True) * points
    expected = (nudge - along).square().sum(1) / points.square().sum(1) / 2
    assert torch.allclose(found, expected, rtol=1e-3, atol=0)


def test_opposite_vectors_count_as_alike_and_zero_ones_not_at_all():
    points = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    queries = torch.tensor([[-2.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert nearest_cosine_distances(Pairs(queries, points)).tolist() == pytest.approx([0, 1 - 0.5**0.5])
    with pytest.raises(InvalidEvidenceError, match="All features of a set are zero"):
        nearest_cosine_distances(Pairs(queries, points[1:]))


def test_the_training_set_itself_is_far_from_perfect(make_features, vector_a):
    copied, new = (_mifid(make_features, vector_a, made) for made in (vector_a.clone(), vector_a + 0.01))
    assert copied.value == pytest.approx(1e5 * 2 * float(vector_a.var(dim=0).sum()), rel=1e-6)
    assert copied.value > new.value
    assert copied.notes


def test_without_a_threshold_the_training_set_itself_is_at_no_distance(make_features, vector_a):
    assert _mifid(make_features, vector_a, vector_a.clone(), threshold=0.0).value == 0
