from __future__ import annotations

import pytest
import torch

from metrics.catalogue.average_log_likelihood import average_log_likelihood
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees

NAME = "average_log_likelihood"


def test_reference_value_at_a_given_bandwidth(make_features, vector_a, vector_b):
    found = average_log_likelihood(make_features(vector_a), make_features(vector_b), bandwidth=0.5)[NAME]
    agrees(found.value, -4.019600973676861, against="numpy, from the definition", rel=1e-12)
    assert found.notes == ()
    assert found.low < found.value < found.high


def test_gaussians_come_near_their_entropy(make_features):
    draws = torch.randn(6000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = average_log_likelihood(make_features(draws[:3000]), make_features(draws[3000:]))[NAME]
    # -(1 + log 2 pi): no density does better.
    agrees(found.value, -2.837877, against="closed form: the entropy of a Gaussian", abs_=0.06)
    assert "chosen by 600 held-out images" in found.notes[0]


def test_too_little_is_refused(make_features, vector_a):
    with pytest.raises(TooFewSamplesError, match="2 held-out and 64 generated"):
        average_log_likelihood(make_features(vector_a[:2]), make_features(vector_a))
    with pytest.raises(InvalidSettingError):
        average_log_likelihood(make_features(vector_a), make_features(vector_a), bandwidth=-1.0)
