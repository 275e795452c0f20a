from __future__ import annotations

import pytest
import torch

from metrics.catalogue.density_coverage import density_coverage, expected_coverage
from metrics.errors import TooFewSamplesError
from tests.support.agreement import agrees


def _line(make_features, *values):
    return make_features(torch.tensor(values, dtype=torch.float64)[:, None])


def test_by_hand_on_a_line(make_features):
    # Balls of one neighbour: 0±1, 1±1, 10±9. 1.5 lies in two of them, 2 in the last only: 1 is an edge.
    found = density_coverage(_line(make_features, 0, 1, 10), _line(make_features, 1.5, 2), neighbours=1)
    agrees([found["density"].value, found["coverage"].value], [1.5, 2 / 3], against="by hand", rel=1e-6)
    assert "may exceed 1" in found["density"].notes[0]


@pytest.mark.parametrize("neighbours", [3, 5])
def test_prdc_agrees(make_features, vector_a, vector_b, numbers, neighbours):
    found = density_coverage(make_features(vector_a), make_features(vector_b), neighbours=neighbours)
    peer = numbers[f"prdc_{neighbours}"]
    for name in ("density", "coverage"):
        agrees(found[name].value, peer[name], against="prdc", rel=1e-12)


def test_expected_coverage_of_ten_thousand_images_is_the_published_one():
    found = expected_coverage(10_000, 10_000, 5)
    agrees(found, 0.9687734, against="closed form: expected coverage of equal sets", abs_=1e-7)


def test_sets_of_one_distribution_reach_the_expectations(make_features):
    generator = torch.Generator().manual_seed(0)
    draws = [
        density_coverage(
            *(make_features(torch.randn(150, 5, generator=generator, dtype=torch.float64)) for _ in range(2))
        )
        for _ in range(30)
    ]
    coverage = sum(found["coverage"].value for found in draws) / 30
    density = sum(found["density"].value for found in draws) / 30
    assert coverage == pytest.approx(expected_coverage(150, 150, 5), abs=0.008)
    assert density == pytest.approx(1, abs=0.05)


def test_no_more_images_than_neighbours_is_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError):
        density_coverage(make_features(vector_a[:5]), make_features(vector_a))
