from __future__ import annotations

import pytest
import torch
from torch_fidelity.metric_kid import kid_features_to_metric
from torchmetrics.image.kid import poly_mmd

from metrics.catalogue.kid import kid
from metrics.errors import EvidenceMismatchError, TooFewSamplesError
from tests.support.agreement import agrees


def test_torch_fidelity_agrees(make_features, vector_a, vector_b):
    reference, generated = make_features(vector_a), make_features(vector_b)
    ours = kid(reference, generated, subsets=30, subset_size=40, seed=2020)["kid"]
    peer = kid_features_to_metric(
        vector_b, vector_a, kid_subsets=30, kid_subset_size=40, rng_seed=2020, verbose=False
    )
    theirs = [peer["kernel_inception_distance_mean"], peer["kernel_inception_distance_std"]]
    agrees([ours.value, ours.std], theirs, against="torch-fidelity", rel=1e-6)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_torchmetrics_agrees(make_features, vector_a, vector_b, degree):
    ours = kid(make_features(vector_a), make_features(vector_b), subsets=1, subset_size=64, degree=degree)
    peer = poly_mmd(vector_a, vector_b, degree=degree, gamma=None, coef=1.0)
    agrees(ours["kid"].value, peer, against="torchmetrics", rel=1e-6)


def test_small_sets_shrink_the_subsets_and_say_so(make_features, vector_a, vector_b, numbers):
    found = kid(make_features(vector_a), make_features(vector_b[:50]))["kid"]
    assert found.notes == ("Subsets hold 50 images instead of 1,000, because a set has no more.",)
    whole = kid(make_features(vector_a), make_features(vector_b), subset_size=64)["kid"]
    assert whole.notes == ()
    agrees(whole.value, numbers["kernel_unbiased"], against="numpy, from the definition", rel=1e-12)
    assert found.std is not None
    assert whole.std is None, "each subset is the same: nothing is spread"


def test_the_seed_fixes_the_subsets(make_features, vector_a, vector_b):
    sets = make_features(vector_a), make_features(vector_b)
    values = [kid(*sets, subsets=3, subset_size=10, seed=seed)["kid"].value for seed in (0, 0, 1)]
    assert values[0] == values[1] != values[2]


def test_one_image_is_too_few(make_features):
    with pytest.raises(TooFewSamplesError, match="9 and 1 images; give at least 3 of each"):
        kid(make_features(torch.ones(1, 4)), make_features(torch.ones(9, 4)))


def test_other_dimensions_are_refused(make_features, vector_a):
    with pytest.raises(EvidenceMismatchError, match="8 and of 7 dimensions"):
        kid(make_features(vector_a), make_features(vector_a[:, :7]))
