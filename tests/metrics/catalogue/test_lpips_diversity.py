from __future__ import annotations

import pytest
import torch

from metrics.catalogue.lpips_diversity import lpips_diversity
from metrics.errors import TooFewSamplesError
from tests.support.agreement import agrees


def test_by_hand(make_features):
    # Squared distances 1, 9 and 4.
    found = lpips_diversity(make_features(torch.tensor([[0.0], [1.0], [3.0]])))
    agrees(found["lpips_diversity"].value, 14 / 3, against="by hand", rel=1e-6)


def test_all_pairs_give_the_same(make_features, lcg):
    values = 50 + lcg(1, 300, 20)
    found = lpips_diversity(make_features(values))["lpips_diversity"]
    theirs = torch.nn.functional.pdist(values).square().mean()
    agrees(found.value, theirs, against="torch's pdist", rel=1e-12)


def test_interval_covers_the_true_distance(make_features):
    generator = torch.Generator().manual_seed(0)
    draws = [
        lpips_diversity(make_features(torch.randn(80, 5, generator=generator)))["lpips_diversity"]
        for _ in range(200)
    ]
    assert 0.88 < sum(found.low < 10 < found.high for found in draws) / 200 <= 0.99  # E|x - y|² = 2 d


def test_one_image_is_too_few(make_features):
    with pytest.raises(TooFewSamplesError):
        lpips_diversity(make_features(torch.ones(1, 3)))
