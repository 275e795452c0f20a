from __future__ import annotations

import pytest
import torch

from metrics.statistics.bins import differing_bins, proportion_scores, share_divergence
from metrics.statistics.clusters import nearest_centre


def _counts(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_z_by_hand():
    # Shares of .5 and .6 in sets of 100, and of 200.
    small = proportion_scores(_counts(60, 40), _counts(50, 50))
    assert small.tolist() == pytest.approx([1.4213381090374024, -1.4213381090374024])
    large = proportion_scores(_counts(120, 80), _counts(100, 100))
    assert large.tolist() == pytest.approx([2.0100756305184238, -2.0100756305184238])
    assert differing_bins(_counts(60, 40), _counts(50, 50), 1.96).tolist() == [False, False]
    assert differing_bins(_counts(120, 80), _counts(100, 100), 1.96).tolist() == [True, True]


def test_an_empty_bin_differs_in_nothing():
    assert proportion_scores(_counts(0, 10), _counts(0, 20)).tolist() == [0, 0]


def test_reference_counts(lcg, vector_a, vector_b):
    centres = lcg(4, 80, 8).reshape(10, 8, 8).mean(dim=1)
    one, other = (torch.bincount(nearest_centre(x, centres), minlength=10) for x in (vector_a, vector_b))
    assert one.tolist() == [6, 8, 10, 4, 5, 5, 13, 7, 4, 2]
    assert other.tolist() == [3, 6, 8, 24, 1, 1, 4, 8, 8, 1]
    assert int(differing_bins(one.double(), other.double(), 1.959963984540054).sum()) == 2
    assert share_divergence(one.double(), other.double()) == pytest.approx(0.1171213157217543, rel=1e-12)


def test_the_null_of_the_divergence():
    # (K - 1)/8 (1/n1 + 1/n2) for sets from one distribution.
    generator = torch.Generator().manual_seed(0)
    values = []
    for _ in range(30):
        draws = torch.randint(100, (2, 10_000), generator=generator)
        one, other = (torch.bincount(row, minlength=100).double() for row in draws)
        values.append(share_divergence(one, other))
    assert sum(values) / 30 == pytest.approx(0.002475, rel=0.06)
