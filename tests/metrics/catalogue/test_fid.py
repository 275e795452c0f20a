from __future__ import annotations

import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torchmetrics.image.fid import _compute_fid

from metrics.catalogue.fid import fid
from metrics.errors import EvidenceMismatchError
from metrics.statistics.moments import moments_of
from tests.support.agreement import agrees


@pytest.fixture
def moments(make_features, lcg):
    """Moments of rectified, correlated features, as a network's are: two sets of 300 in 24 dimensions."""
    mix = lcg(11, 24, 24) - 0.5
    sets = [((lcg(seed, 300, 24) - 0.4) @ mix).relu() + offset for seed, offset in ((12, 0.0), (13, 0.1))]
    return [(values, moments_of(make_features(values))) for values in sets]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_three_peers_agree(moments):
    (one_values, one), (other_values, other) = moments
    ours = fid(one, other)["fid"].value
    statistics = [(x.mean(0).numpy(), np.cov(x.numpy().T)) for x in (one_values, other_values)]
    theirs = calculate_frechet_distance(*statistics[0], *statistics[1])
    agrees(ours, theirs, against="pytorch-fid", rel=1e-6)
    peer = fid_statistics_to_metric(
        fid_features_to_statistics(one_values), fid_features_to_statistics(other_values), verbose=False
    )
    agrees(ours, peer["frechet_inception_distance"], against="torch-fidelity", rel=1e-6)
    tensors = [torch.from_numpy(item) for pair in statistics for item in pair]
    agrees(ours, _compute_fid(*tensors), against="torchmetrics", rel=1e-6)


def test_never_negative(make_features, vector_a):
    same = moments_of(make_features(vector_a))
    assert 0 <= fid(same, same)["fid"].value < 1e-12


def test_few_images_are_noted(make_features, vector_a):
    few = moments_of(make_features(vector_a))
    many = moments_of(make_features(vector_a.repeat(160, 1)))
    assert "64 images" in fid(few, many)["fid"].notes[0]
    assert fid(many, many)["fid"].notes == ()


def test_stylegans_convention_divides_by_n(make_features, vector_a, vector_b, numbers):
    moments = moments_of(make_features(vector_a)), moments_of(make_features(vector_b))
    found = fid(*moments, ddof=0)["fid"].value
    agrees(found, numbers["frechet_ddof0"], against="scipy", rel=1e-9)


def test_other_weights_are_refused(make_features, vector_a):
    one = moments_of(make_features(vector_a))
    other = moments_of(make_features(vector_a, weights_digest="others"))
    with pytest.raises(EvidenceMismatchError, match=r"weights_digest '\w+' and 'others'"):
        fid(one, other)
