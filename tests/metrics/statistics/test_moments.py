from __future__ import annotations

import pytest
import torch

from metrics import Provenance
from metrics.errors import InvalidEvidenceError, TooFewSamplesError
from metrics.statistics import moments
from metrics.statistics.moments import MomentsAccumulator, moments_of

ORIGIN = Provenance("pixels", "", "none", "float64", 0)


def _accumulate(*batches: torch.Tensor) -> MomentsAccumulator:
    accumulator = MomentsAccumulator(batches[0].shape[1])
    for batch in batches:
        accumulator.update(batch)
    return accumulator


@pytest.mark.parametrize("rows", [2, 5, 8, 9, 64])
def test_batches_give_mean_and_covariance_of_the_whole(vector_a, rows):
    values = vector_a[:rows]
    moments = _accumulate(*values.split(3)).result(ORIGIN)
    assert moments.count == rows
    assert torch.allclose(moments.mean, values.mean(dim=0), rtol=0, atol=1e-14)
    assert torch.allclose(moments.covariance, torch.cov(values.T), rtol=0, atol=1e-14)
    assert moments.trace == pytest.approx(float(torch.cov(values.T).trace()), rel=1e-12)


def test_few_rows_are_kept_and_many_are_not(make_features, vector_a):
    few, many = moments_of(make_features(vector_a[:8])), moments_of(make_features(vector_a[:9]))
    assert few.rows is not None
    assert few.scatter is None
    assert many.rows is None
    assert many.scatter is not None


@pytest.mark.parametrize(("first", "second"), [(3, 2), (3, 61), (61, 3), (32, 32), (0, 64), (64, 0)])
def test_merged_shards_are_the_whole(vector_a, first, second):
    whole = _accumulate(vector_a[: first + second]).result(ORIGIN)
    one, other = MomentsAccumulator(8), MomentsAccumulator(8)
    one.update(vector_a[:first])
    other.update(vector_a[first : first + second])
    one.merge(other)
    merged = one.result(ORIGIN)
    assert merged.count == whole.count
    assert torch.allclose(merged.mean, whole.mean, rtol=0, atol=1e-14)
    assert torch.allclose(merged.covariance, whole.covariance, rtol=0, atol=1e-14)


def test_a_mean_far_above_the_spread_costs_no_digits(vector_a):
    shifted = _accumulate(*(vector_a + 1e6).split(7)).result(ORIGIN)
    assert torch.allclose(shifted.covariance, torch.cov(vector_a.T), rtol=1e-8, atol=1e-11)


def test_single_precision_features_are_summed_in_double(make_features, vector_a):
    single = vector_a.float()
    moments = moments_of(make_features(single))
    assert moments.mean.dtype == torch.float64
    assert torch.equal(moments.mean, _accumulate(single.double()).result(ORIGIN).mean)


def test_one_row_has_no_covariance(make_features, vector_a):
    with pytest.raises(TooFewSamplesError, match="takes at least 2 images; given: 1"):
        moments_of(make_features(vector_a[:1]))


def test_a_network_gone_wrong_is_named(vector_a):
    broken = vector_a.clone()
    broken[3, 2] = float("nan")
    with pytest.raises(InvalidEvidenceError, match="NaN"):
        _accumulate(broken).result(ORIGIN)


def test_witnesses_are_evenly_spread_and_few(make_features, monkeypatch):
    monkeypatch.setattr(moments, "MOST_WITNESSES", 50)
    rows = torch.arange(1000.0).reshape(-1, 1).double()
    kept = moments_of(make_features(rows), block=37).witnesses
    assert torch.equal(kept[:, 0], rows[::32, 0])
    halves = MomentsAccumulator(1), MomentsAccumulator(1)
    halves[0].update(rows[:512])
    halves[1].update(rows[512:])
    halves[0].merge(halves[1])
    together = halves[0].result(make_features(rows).provenance)
    assert torch.equal(together.witnesses, kept)
