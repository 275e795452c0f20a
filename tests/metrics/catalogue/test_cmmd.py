from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.cmmd import cmmd


def test_numpy_gave_the_same(make_features, vector_a, vector_b, numbers):
    found = cmmd(make_features(vector_a), make_features(vector_b))["cmmd"]
    assert found.value == pytest.approx(numbers["cmmd"], rel=1e-5)  # kernels near 1 of float32 tiles
    assert found.low <= found.value <= found.high


def test_by_hand_with_opposite_images(make_features):
    real, made = ([[3.0, 0.0]] * 2, [[-2.0, 0.0]] * 2)
    found = cmmd(*(make_features(torch.tensor(part)) for part in (real, made)))["cmmd"]
    assert found.value == pytest.approx(1000 * (2 - 2 * math.exp(-4 / 200)), rel=1e-6)


def test_length_does_not_matter_and_the_same_images_give_zero(make_features, vector_a):
    assert cmmd(make_features(vector_a), make_features(7 * vector_a))["cmmd"].value == pytest.approx(
        0, abs=1e-9
    )
