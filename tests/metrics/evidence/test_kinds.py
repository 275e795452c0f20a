from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
import torch

from metrics import Features, Images, Probabilities, Provenance, open_images
from metrics.errors import EvidenceMismatchError, InvalidEvidenceError
from metrics.evidence.kinds import Moments, require_alike
from metrics.statistics.moments import moments_of


def test_evidence_is_frozen(make_features, vector_a):
    with pytest.raises(FrozenInstanceError):
        make_features(vector_a).values = vector_a


@pytest.mark.parametrize("field", ["extractor", "weights_digest", "protocol", "dtype"])
def test_unlike_origins_are_named(make_features, vector_a, field):
    with pytest.raises(EvidenceMismatchError, match=field):
        require_alike([make_features(vector_a), make_features(vector_a, **{field: "another"})])


def test_unlike_kinds_of_one_origin_are_alike(make_features, vector_a):
    features = make_features(vector_a)
    probabilities = Probabilities(vector_a[:9].softmax(1)[:, :3].softmax(1), features.provenance)
    require_alike(
        [features, probabilities, moments_of(features), open_images(torch.zeros(1, 3, 2, 2).byte())]
    )


def test_only_the_count_may_differ(make_features, vector_a):
    require_alike([make_features(vector_a), make_features(vector_a[:3])])


@pytest.mark.parametrize("values", [torch.zeros(4), torch.zeros(4, 2, dtype=torch.int64)])
def test_what_is_no_matrix_is_refused(values):
    with pytest.raises((InvalidEvidenceError, TypeError)):  # the type checker of the tests may be first
        Features(values, Provenance("x", "", "", "float32", 4))


def test_values_that_are_not_finite_are_counted():
    values = torch.tensor([[1.0, float("nan")], [float("inf"), 1.0], [1.0, 1.0]])
    with pytest.raises(InvalidEvidenceError, match="2 of 3 rows"):
        Features(values, Provenance("x", "", "", "float32", 3))


def test_moments_hold_rows_or_a_covariance(vector_a):
    with pytest.raises(InvalidEvidenceError, match="exactly one"):
        Moments(vector_a[0], 64, Provenance("x", "", "", "float32", 64))


def test_images_count_their_source(pictures):
    images = open_images(pictures(0, 5))
    assert isinstance(images, Images)
    assert images.count == 5
