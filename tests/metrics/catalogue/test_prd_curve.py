from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics.catalogue.prd_curve import prd_curve
from metrics.errors import TooFewSamplesError
from metrics.statistics.prd_curves import best_f_score, trade_off
from tests.support.agreement import agrees


def _shares(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_half_invented_and_half_dropped_is_half_of_both():
    precisions, recalls = trade_off(_shares(0.5, 0.5, 0), _shares(0, 0.5, 0.5))
    agrees([float(precisions.max()), float(recalls.max())], [0.5, 0.5], against="by hand", rel=1e-6)
    assert float(best_f_score(precisions, recalls, 8.0)) == pytest.approx(0.5, abs=1e-6)


def test_reference_values_of_reweighted_modes():
    curve = trade_off(_shares(0.2, 0.8), _shares(0.8, 0.2))
    scores = [float(best_f_score(*curve, beta)) for beta in (8.0, 1 / 8, 1.0)]
    slopes = np.tan(np.linspace(1e-10, np.pi / 2 - 1e-10, 1001))
    precisions = np.minimum(np.outer(slopes, [0.2, 0.8]), [0.8, 0.2]).sum(1)
    squares = np.array([64, 1 / 64, 1])[:, None]
    theirs = (1 + squares) * precisions / (squares * slopes + 1)
    agrees(scores, theirs.max(1), against="the definition, written out", abs_=1e-8)
    # For slopes from 1/4 to 4, precision is (1 + slope)/5 and recall that over the slope: F1 is 2/5
    # everywhere, and F8 largest at 1/4. The curve has 1,001 slopes, none of which is 1/4.
    agrees(scores, [65 / 68, 65 / 68, 0.4], against="by hand", abs_=3e-4)


def test_clusters_that_are_not_there(make_features):
    generator = torch.Generator().manual_seed(0)

    def cloud(*places):
        noise = 0.01 * torch.randn(100, 2, generator=generator)
        return make_features(torch.tensor(places).repeat(50, 1) + noise)

    found = prd_curve(cloud([0.0, 0.0], [9.0, 0.0]), cloud([0.0, 0.0], [0.0, 9.0]), clusters=3, runs=2)
    ours = [found["prd_recall"].value, found["prd_precision"].value]
    agrees(ours, [0.5, 0.5], against="by hand", abs_=1e-3)
    assert found["prd_recall"].low < 0.5 < found["prd_recall"].high


def test_the_interval_is_not_narrower_for_more_clusterings_of_the_same_images(make_features):
    """Each run once drew images of its own, so that ten runs made the interval three times too narrow."""
    generator = torch.Generator().manual_seed(0)
    places = 9.0 * torch.eye(4)

    def cloud(weights):
        chosen = torch.multinomial(torch.tensor(weights), 200, replacement=True, generator=generator)
        return make_features(places[chosen] + 0.01 * torch.randn(200, 4, generator=generator))

    sets = cloud([0.25, 0.25, 0.25, 0.25]), cloud([0.7, 0.1, 0.1, 0.1])
    once, often = (prd_curve(*sets, clusters=4, runs=runs)["prd_precision"] for runs in (1, 10))
    assert often.value == pytest.approx(once.value)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.01)


def test_sets_of_unlike_size_are_cut_to_the_smaller(make_features, vector_a):
    repeated = make_features(vector_a.repeat(5, 1))
    found = prd_curve(repeated, make_features(vector_a), clusters=5)
    assert 0.5 < found["prd_recall"].value <= 1


def test_fewer_images_than_clusters_are_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError, match="20 clusters"):
        prd_curve(make_features(vector_a[:5]), make_features(vector_a[:9]))
