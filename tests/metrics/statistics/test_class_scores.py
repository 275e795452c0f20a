from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from metrics.statistics.class_scores import (
    am_score,
    divergence,
    forward_mode_score,
    information,
    jensen_shannon,
    leave_out_means,
    pairwise_divergence,
    reversed_mode_score,
    summary_rows,
)

TRAINING = torch.arange(1, 11, dtype=torch.float64) / 55


@pytest.fixture
def rows(lcg):
    return (4 * lcg(3, 50, 10)).softmax(dim=1)


def test_reference_values(rows, numbers):
    mean = summary_rows(rows).mean(dim=0)
    assert float(information(mean).exp()) == pytest.approx(numbers["class_score_1_split"], rel=1e-12)
    # Computed in float64 by numpy from the formulas of Che et al., Xu et al. and Zhou et al.
    assert float(forward_mode_score(mean, TRAINING)) == pytest.approx(1.3210999388666929, rel=1e-12)
    assert float(reversed_mode_score(mean, TRAINING)) == pytest.approx(1.252627875703037, rel=1e-12)
    assert float(am_score(mean, TRAINING)) == pytest.approx(2.005555000145501, rel=1e-12)
    assert float(pairwise_divergence(rows, floor=1e-300).exp()) == pytest.approx(2.822917073880087, rel=1e-12)


def test_borjis_printed_mode_score_is_the_inception_score(rows):
    marginal = rows.mean(dim=0)
    printed = (divergence(rows, TRAINING.expand_as(rows)).mean() - divergence(marginal, TRAINING)).exp()
    assert float(printed) == pytest.approx(
        float(information(summary_rows(rows).mean(dim=0)).exp()), rel=1e-12
    )


def test_all_pairs_by_hand():
    rows = torch.tensor([[0.5, 0.5], [0.25, 0.75]], dtype=torch.float64)
    one = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    other = 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    assert float(pairwise_divergence(rows, floor=1e-12)) == pytest.approx((one + other) / 4, rel=1e-12)


def test_certain_images_have_a_finite_divergence():
    assert math.isfinite(float(pairwise_divergence(torch.eye(3), floor=1e-12)))
    half = torch.tensor([0.5, 0.5], dtype=torch.float64)
    lost = float(divergence(half, torch.tensor([1.0, 0.0], dtype=torch.float64)))
    assert lost == pytest.approx(150 * math.log(10) - math.log(2))


def test_jensen_shannon_lies_between_nothing_and_log_two():
    eye = torch.eye(2, dtype=torch.float64)
    assert float(jensen_shannon(eye[0], eye[0])) == 0
    assert float(jensen_shannon(eye[0], eye[1])) == pytest.approx(math.log(2), rel=1e-12)


def test_groups_are_left_out_of_the_mean(lcg):
    values = lcg(1, 40, 3)
    means = leave_out_means(values, seed=0)
    assert means.shape == (20, 3)
    # With groups of equal size, the mean of the means is the mean.
    np.testing.assert_allclose(means.mean(dim=0), values.mean(dim=0), rtol=1e-12)
