from __future__ import annotations

import pytest
import torch

from metrics.errors import InvalidSettingError
from metrics.statistics.ordering import at_most, seeded_order, shuffled, torch_generator


def test_the_order_belongs_to_the_set_not_to_its_files(lcg):
    values = lcg(1, 50, 3)
    turned = values.flip(0)
    assert torch.equal(values[seeded_order(values, 7)], turned[seeded_order(turned, 7)])
    assert sorted(seeded_order(values, 7).tolist()) == list(range(50))


def test_the_seed_decides(lcg):
    values = lcg(1, 50, 3)
    assert torch.equal(seeded_order(values, 1), seeded_order(values, 1))
    assert not torch.equal(seeded_order(values, 1), seeded_order(values, 2))


def test_a_limit_keeps_the_first(lcg):
    values = lcg(1, 50, 3)
    assert torch.equal(shuffled(values, 3, limit=10), shuffled(values, 3)[:10])


def test_seeds_of_any_size_make_a_generator_and_negative_ones_none():
    draws = [float(torch.rand((), generator=torch_generator(seed))) for seed in (0, 1, 2**63, 2**200)]
    assert len(set(draws)) == 4
    with pytest.raises(InvalidSettingError):
        torch_generator(-1)


def test_evidence_that_is_small_enough_stays_itself(make_features, lcg):
    features = make_features(lcg(1, 50, 3))
    assert at_most(features, 50, 7) is features
    assert torch.equal(at_most(features, 10, 7).values, shuffled(features.values, 7, limit=10))
