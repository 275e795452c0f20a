from __future__ import annotations

import numpy as np
import pytest
import torch

from metrics.catalogue.alpha_precision import alpha_precision
from metrics.errors import TooFewSamplesError
from tests.support.agreement import agrees


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
    theirs = _by_numpy(vector_a.numpy(), vector_b.numpy())
    agrees([item.value for item in found.values()], theirs, against="the definition, written out", rel=1e-12)
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


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_collapsed_set_has_an_interval_of_its_recall(make_features, vector_a, others):
    collapsed = torch.cat([vector_a[:1].expand(40, 8) + 1e-6 * vector_a[:40], vector_a[1 : 1 + others] + 0.1])
    found = alpha_precision(make_features(vector_a), make_features(collapsed))["beta_recall"]
    assert 0 <= found.low <= found.value < found.high < 0.5


@pytest.mark.slow
def test_the_intervals_are_as_wide_as_the_values_vary(make_features):
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        real, made = (torch.randn(120, 3, generator=generator) for _ in range(2))
        found = alpha_precision(make_features(real), make_features(0.8 * made + 0.4)).values()
        return [(item.value, item.high - item.low) for item in found]

    drawn = torch.tensor([draw(seed) for seed in range(150)])
    reach = 2 * torch.tensor([2.093, 2.093, 1.96])  # a jackknife over 20 groups is Student's
    ratios = drawn[..., 1].mean(dim=0) / reach / drawn[..., 0].std(dim=0)
    # Centre and neighbours as they are: 0.7 to 0.9.
    assert all(0.82 < float(ratio) < 1.3 for ratio in ratios), ratios
