from __future__ import annotations

import math

import pytest
import torch
from sklearn.neighbors import KernelDensity

from metrics.errors import InvalidSettingError, TooFewSamplesError
from metrics.statistics.distances import Pairs
from metrics.statistics.kernel_density import fit_bandwidth, log_densities
from metrics.statistics.parts import Part


def test_reference_value_and_scikit_learn(vector_a, vector_b):
    found = log_densities(Part.whole(vector_a, vector_b), 0.5)
    assert float(found.mean()) == pytest.approx(-4.019600973676861, rel=1e-12)  # computed by numpy
    peer = KernelDensity(bandwidth=0.5).fit(vector_b.numpy()).score_samples(vector_a.numpy())
    assert found.numpy() == pytest.approx(peer, rel=1e-7)


def test_one_kernel_at_the_point():
    point = torch.tensor([[3.0, 4.0]])
    assert float(log_densities(Part.whole(point, point), 0.2)) == pytest.approx(-math.log(2 * math.pi * 0.04))


def test_the_limit_of_many_gaussian_kernels():
    generator = torch.Generator().manual_seed(0)
    draws = torch.randn(11_000, 2, generator=generator, dtype=torch.float64)
    found = float(log_densities(Part.whole(draws[:1_000], draws[1_000:]), 0.2).mean())
    # -(d/2) log(2 pi (1 + s²)) - d/(2 (1 + s²)), approached from below.
    assert found == pytest.approx(-2.838636, abs=0.1)


def test_an_offset_costs_no_digits(vector_a, vector_b):
    plain = log_densities(Part.whole(vector_a, vector_b), 0.5)
    moved = log_densities(Part.whole(vector_a + 2.0**20, vector_b + 2.0**20), 0.5)
    assert torch.allclose(plain, moved, rtol=1e-9)


def test_the_best_bandwidth_is_inside_the_span_and_as_good_as_any(vector_a, vector_b):
    part = Part.whole(vector_a, vector_b)
    found = fit_bandwidth(part, candidates=40)
    finer = [float(log_densities(part, 0.005 * step).mean()) for step in range(10, 200)]
    assert found.log_density == pytest.approx(max(finer), abs=1e-2)
    assert found.bandwidth == pytest.approx(0.005 * (10 + finer.index(max(finer))), rel=0.06)
    assert found.log_density == pytest.approx(float(log_densities(part, found.bandwidth).mean()))


def test_kept_distances_do_as_well_as_exact_ones():
    draws = torch.randn(300, 64, generator=torch.Generator().manual_seed(0))
    exact = Part.whole(draws[:100], draws[100:])
    kept = Part(exact.pairs.with_matrix(), exact.row_numbers, exact.column_numbers)
    found, expected = (fit_bandwidth(part, candidates=20) for part in (kept, exact))
    assert found.bandwidth == pytest.approx(expected.bandwidth, rel=1e-6)
    assert found.log_density == pytest.approx(expected.log_density, rel=1e-6)
    densities = [log_densities(part, found.bandwidth) for part in (kept, exact)]
    assert torch.allclose(*densities, rtol=1e-6)


def test_copies_are_looked_at_again_with_all_digits():
    draws = torch.randn(50, 64, generator=torch.Generator().manual_seed(0))
    exact = Part.whole(draws, draws)
    kept = Part(Pairs(draws, draws).with_matrix(), exact.row_numbers, exact.column_numbers)
    assert fit_bandwidth(kept, candidates=5) == fit_bandwidth(exact, candidates=5)
    assert torch.equal(log_densities(kept, 1e-3), log_densities(exact, 1e-3))


def test_copies_do_not_make_the_bandwidth_vanish(vector_a):
    assert fit_bandwidth(Part.whole(vector_a, vector_a), candidates=5).bandwidth > 0


def test_what_has_no_density_is_refused(vector_a):
    with pytest.raises(InvalidSettingError):
        log_densities(Part.whole(vector_a, vector_a), 0.0)
    with pytest.raises(InvalidSettingError):
        fit_bandwidth(Part.whole(vector_a, vector_a), candidates=1)
    with pytest.raises(TooFewSamplesError):
        log_densities(Part.whole(vector_a, vector_a[:0]), 0.5)
    with pytest.raises(TooFewSamplesError, match="are the same"):
        fit_bandwidth(Part.whole(torch.ones(3, 2), torch.ones(3, 2)), candidates=5)
