from __future__ import annotations

import math

import pytest
import torch

from metrics.catalogue.cmmd import cmmd
from tests.support.agreement import agrees


def test_numpy_gave_the_same(make_features, vector_a, vector_b, numbers):
    found = cmmd(make_features(vector_a), make_features(vector_b))["cmmd"]
    # Kernels near 1 of float32 tiles.
    agrees(found.value, numbers["cmmd"], against="numpy, from the definition", rel=1e-5)
    assert found.low <= found.value <= found.high


def test_by_hand_with_opposite_images(make_features):
    real, made = ([[3.0, 0.0]] * 2, [[-2.0, 0.0]] * 2)
    found = cmmd(*(make_features(torch.tensor(part)) for part in (real, made)))["cmmd"]
    agrees(found.value, 1000 * (2 - 2 * math.exp(-4 / 200)), against="by hand", rel=1e-6)


def test_length_does_not_matter_and_the_same_images_give_zero(make_features, vector_a):
    assert cmmd(make_features(vector_a), make_features(7 * vector_a))["cmmd"].value == pytest.approx(
        0, abs=1e-9
    )
