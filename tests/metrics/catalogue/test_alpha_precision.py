from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics.catalogue.alpha_precision import alpha_precision
from metrics.errors import TooFewSamplesError


def _by_numpy(real, made):
    """The paper's formulas, every α by itself."""
    across = np.sqrt(((real[:, None] - made[None]) ** 2).sum(2))
    within = np.sqrt(((real[:, None] - real[None]) ** 2).sum(2))
    np.fill_diagonal(within, np.inf)
    own = within.min(1)
    from_real = [np.linalg.norm(part - real.mean(0), axis=1) for part in (real, made)]
    nearest = np.linalg.norm(made - made.mean(0), axis=1)[across.argmin(1)]
    covered = across.min(1) <= own
    levels = np.arange(1, len(real) + 1) / len(real)
    precision, recall = [], []
    for level, radius, edge in zip(levels, np.sort(from_real[0]), np.sort(nearest), strict=True):
        precision.append(abs(level - (from_real[1] <= radius).mean()))
        level_reached = (nearest <= edge).mean()
        recall.append(abs(level_reached - (covered & (nearest <= edge)).mean()))
    authentic = (own[across.argmin(0)] < across.min(0)).mean()
    return 1 - 2 * np.mean(precision), 1 - 2 * np.mean(recall), authentic


def test_numpy_agrees(make_features, vector_a, vector_b):
    found = alpha_precision(make_features(vector_a), make_features(vector_b))
    assert [item.value for item in found.values()] == pytest.approx(
        _by_numpy(vector_a.numpy(), vector_b.numpy()), rel=1e-12
    )
    assert all(item.low <= item.value <= item.high for item in found.values())


def test_the_same_images_are_typical_covered_and_copies(make_features, vector_a):
    found = alpha_precision(make_features(vector_a), make_features(vector_a.clone()))
    assert [item.value for item in found.values()] == pytest.approx([1, 1, 0])


def test_images_far_away_are_neither_typical_nor_cover_anything(make_features, vector_a):
    found = alpha_precision(make_features(vector_a), make_features(vector_a + 99))
    assert found["alpha_precision"].value == 0
    assert found["authenticity"].value == 1


def test_one_image_is_too_few(make_features, vector_a):
    with pytest.raises(TooFewSamplesError):
        alpha_precision(make_features(vector_a), make_features(torch.ones(1, 8)))
