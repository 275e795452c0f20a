from __future__ import annotations

import math

import pytest
import torch
from sklearn.metrics.pairwise import rbf_kernel

from metrics.catalogue.mmd import mmd
from metrics.errors import InvalidSettingError, TooFewSamplesError
from tests.support.agreement import agrees


def test_by_hand_with_two_images_each(make_features):
    real, made = ([[0.0], [2.0]], [[0.0], [0.0]])
    found = mmd(
        *(make_features(torch.tensor(part, dtype=torch.float64)) for part in (real, made)), bandwidth=1.0
    )
    theirs = math.exp(-2) + 1 - 2 * (2 + 2 * math.exp(-2)) / 4
    agrees(found["mmd"].value, theirs, against="by hand", abs_=1e-7)


@pytest.mark.parametrize("memory_gib", [2.0, 1e-5])
def test_numpy_and_scikit_learn_agree(make_features, vector_a, vector_b, numbers, memory_gib):
    found = mmd(make_features(vector_a), make_features(vector_b), bandwidth=1.0, memory_gib=memory_gib)["mmd"]
    # Kernels of float32 tiles.
    agrees(found.value, numbers["mmd_gaussian_unbiased"], against="numpy, from the definition", abs_=1e-7)
    kernels = [rbf_kernel(x, y, gamma=0.5) for x, y in ((vector_a, vector_a), (vector_b, vector_b))]
    within = sum((kernel.sum() - 64) / (64 * 63) for kernel in kernels)
    across = rbf_kernel(vector_a, vector_b, gamma=0.5).mean()
    agrees(found.value, within - 2 * across, against="scikit-learn", abs_=1e-7)


def test_closed_form_of_normal_sets_lies_in_the_interval(make_features):
    generator = torch.Generator().manual_seed(3)
    real, made = (torch.randn(2000, 8, generator=generator) for _ in range(2))
    found = mmd(make_features(real), make_features(made + 0.5), bandwidth=2.0)["mmd"]
    assert found.low < 0.06064919510494256 < found.high
    assert found.high - found.low < 0.02


def test_interval_covers_as_often_as_it_says(make_features):
    generator = torch.Generator().manual_seed(0)
    covered = 0
    for _ in range(100):
        real, made = (torch.randn(100, 8, generator=generator) for _ in range(2))
        found = mmd(make_features(real), make_features(made + 0.5), bandwidth=2.0)["mmd"]
        covered += found.low < 0.06064919510494256 < found.high
    assert 88 <= covered <= 100


def test_the_median_heuristic_says_its_bandwidth(make_features, vector_a, vector_b):
    found = mmd(make_features(vector_a), make_features(vector_b))["mmd"]
    median = float(torch.nn.functional.pdist(torch.cat([vector_a, vector_b])).median())
    assert f"{median:.6g}" in found.notes[0]
    assert found.value == pytest.approx(
        mmd(make_features(vector_a), make_features(vector_b), bandwidth=median)["mmd"].value
    )


def test_no_bandwidth_is_refused(make_features, vector_a):
    with pytest.raises(InvalidSettingError, match="above 0"):
        mmd(make_features(vector_a), make_features(vector_a), bandwidth=-1.0)
    same = make_features(torch.ones(5, 3))
    with pytest.raises(InvalidSettingError):
        mmd(same, same)
    with pytest.raises(TooFewSamplesError):
        mmd(make_features(vector_a), make_features(vector_a[:1]))
