from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.ndb import ndb
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees


def _points(seed: int, count: int, dimensions: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dimensions, generator=generator, dtype=torch.float64)


def _heaps(counts: list[int], seed: int) -> torch.Tensor:
    centres = 10 * torch.eye(len(counts), dtype=torch.float64).repeat_interleave(torch.tensor(counts), dim=0)
    return centres + 0.1 * _points(seed, sum(counts), len(counts))


def test_bins_of_another_share_are_counted(make_features):
    real, made = _heaps([100, 100, 100, 100], 0), _heaps([120, 95, 95, 90], 1)
    shifted = _heaps([160, 100, 100, 40], 1)
    assert ndb(make_features(real), make_features(made), bins=4)["ndb"].value == 0
    found = ndb(make_features(real), make_features(shifted), bins=4)
    # Of 400 each, 100 and 160 are 4.5 standard errors apart, 100 and 40 are 5.6.
    agrees(found["ndb"].value, 2, against="by hand", abs_=0)
    assert found["ndb"].low < 2 < found["ndb"].high <= 4
    # JS of (1/4, 1/4, 1/4, 1/4) and (.4, .25, .25, .1): their middle is (.325, .25, .25, .175).
    by_hand = 0.25 * math.log(0.25 / 0.325) + 0.25 * math.log(0.25 / 0.175)
    by_hand += 0.4 * math.log(0.4 / 0.325) + 0.1 * math.log(0.1 / 0.175)
    agrees(found["ndb_js"].value, by_hand / 2, against="by hand", rel=1e-12)
    near = ndb(make_features(real), make_features(_heaps([101, 100, 100, 99], 1)), bins=4)["ndb_js"]
    assert 0 <= near.low <= near.value  # a divergence has no lower end below 0


def test_equal_distributions_differ_at_the_significance(make_features):
    values, real = [], []
    for seed in range(12):
        sets = make_features(_points(2 * seed, 1000)), make_features(_points(2 * seed + 1, 1000))
        found = ndb(*sets, bins=50, seed=seed)
        values.append(found["ndb"].value)
        real.append(found["ndb_real"].value)
    assert sum(values) / 12 == pytest.approx(2.5, abs=2)
    assert sum(real) / 12 == pytest.approx(2.5, abs=2)


def test_few_images_make_few_bins_and_say_so(make_features):
    sets = make_features(_points(0, 200)), make_features(_points(1, 150))
    found = ndb(*sets)
    assert found["ndb"].notes == ("There are 15 bins instead of 100, so that each has 10 images on average.",)
    with pytest.raises(TooFewSamplesError, match="at least 40"):
        ndb(sets[0], make_features(_points(1, 39)))
    with pytest.raises(InvalidSettingError):
        ndb(*sets, significance=0.0)
