from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metrics import open_images
from metrics.catalogue.low_level_statistics import low_level_statistics
from metrics.errors import InvalidEvidenceError, TooFewSamplesError
from tests.support.agreement import agrees


def test_scipy_agrees_on_what_numpy_measures(pictures_of):
    real, made = pictures_of(0, 60)[..., :1], pictures_of(1, 50)[..., :1]
    found = low_level_statistics(open_images(real), open_images(made))
    for name, measure in (("luminance_ks", np.mean), ("contrast_ks", np.std)):
        expected = stats.ks_2samp(*(measure(part, axis=(1, 2, 3)) for part in (real, made))).statistic
        agrees(found[name].value, expected, against="scipy", abs_=1e-12)
    edges = [
        [(np.diff(part.astype(float), axis=axis) ** 2).mean(axis=(1, 2, 3)) for part in (real, made)]
        for axis in (1, 2)
    ]
    expected = np.mean([stats.ks_2samp(*pair).statistic for pair in edges])
    agrees(found["derivatives_ks"].value, expected, against="scipy", abs_=1e-12)


def test_copies_have_equal_statistics_in_any_order(pictures_of):
    real = pictures_of(0, 40)
    found = low_level_statistics(open_images(real), open_images(real[::-1].copy()))
    assert all(item.value == pytest.approx(0, abs=1e-12) for item in found.values())


def test_each_statistic_notices_its_own_change(pictures_of):
    real = pictures_of(0, 80)
    brighter = np.clip(pictures_of(1, 80).astype(int) + 90, 0, 255).astype(np.uint8)
    noisy = np.clip(pictures_of(1, 80) + np.random.default_rng(0).normal(0, 40, real.shape), 0, 255)
    bright = low_level_statistics(open_images(real), open_images(brighter))
    noise = low_level_statistics(open_images(real), open_images(noisy.astype(np.uint8)))
    assert bright["luminance_ks"].low > 0.6 > bright["spectrum_slope_ks"].value
    assert noise["spectrum_slope_ks"].low > 0.5 > noise["luminance_ks"].value
    assert noise["derivatives_js"].value > bright["derivatives_js"].value


def test_sizes_and_counts_must_do(pictures_of):
    with pytest.raises(InvalidEvidenceError, match="pixel by pixel"):
        low_level_statistics(open_images(pictures_of(0, 5)), open_images(pictures_of(0, 5, side=18)))
    with pytest.raises(TooFewSamplesError):
        low_level_statistics(open_images(pictures_of(0, 5)), open_images(pictures_of(0, 1)))
