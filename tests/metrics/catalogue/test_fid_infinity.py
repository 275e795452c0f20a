from __future__ import annotations

import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance

from metrics.catalogue.fid_infinity import fid_infinity
from metrics.errors import TooFewSamplesError
from metrics.statistics.extrapolation import image_weights, intercept_weights, subset_sizes
from metrics.statistics.frechet import frechet_distance
from metrics.statistics.moments import moments_of
from metrics.statistics.nested_frechet import nested_distances
from metrics.statistics.ordering import shuffled
from tests.support.agreement import agrees


def _infinity(make_features, real, made, **settings):
    generated = make_features(made)
    return fid_infinity(moments_of(make_features(real)), generated, moments_of(generated), **settings)[
        "fid_infinity"
    ]


@pytest.mark.parametrize(("n", "d"), [(200, 6), (20, 30)])
def test_nested_distances_are_those_of_the_parts(make_features, lcg, n, d):
    other = moments_of(make_features(5 + lcg(1, n, d)))
    rows = 5.1 + 0.9 * lcg(2, 120, d)
    alone = [frechet_distance(moments_of(make_features(rows[:size])), other) for size in (10, 50, 120)]
    assert nested_distances(rows, [10, 50, 120], other).tolist() == pytest.approx(alone, rel=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_line_is_numpys_through_pytorch_fids_distances(make_features, lcg):
    real, made = lcg(1, 300, 5), lcg(2, 400, 5) + 0.1
    sizes = subset_sizes(400, 15, 5000)
    assert sizes[0] == 40
    assert sizes[-1] == 400
    parts = [real, *(shuffled(made, 0)[:size] for size in sizes)]
    (mean, cov), *others = ((part.mean(0).numpy(), np.cov(part.numpy().T)) for part in parts)
    distances = [calculate_frechet_distance(*other, mean, cov) for other in others]
    intercept = np.polynomial.Polynomial.fit(1 / np.array(sizes), distances, 1).convert().coef[0]
    found = _infinity(make_features, real, made).value
    agrees(found, intercept, against="pytorch-fid, and a line by numpy", rel=1e-9)


def test_the_bias_of_few_images_goes(make_features):
    # N E[FD_N] -> d + d (d + 1) / 4 against exact moments: the plain distance of 200 images is near 0.42.
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(20_000, 16, generator=generator, dtype=torch.float64)
    draws = [
        _infinity(make_features, real, torch.randn(200, 16, generator=generator, dtype=torch.float64)).value
        for _ in range(20)
    ]
    assert abs(float(np.mean(draws))) < 0.1


def test_weights_give_the_intercept_and_reach_every_image():
    sizes = [10, 20, 40]
    weights = intercept_weights(sizes)
    assert float(weights.sum()) == pytest.approx(1)
    assert float(weights @ (3 + 7 / torch.tensor(sizes).double())) == pytest.approx(3)
    assert float(image_weights(sizes, weights).sum()) == pytest.approx(1)


def test_few_images_are_noted_and_very_few_refused(make_features, lcg):
    assert "400 images" in _infinity(make_features, lcg(1, 50, 3), lcg(2, 400, 3)).notes[0]
    with pytest.raises(TooFewSamplesError, match="at least 25"):
        _infinity(make_features, lcg(1, 50, 3), lcg(2, 20, 3))
