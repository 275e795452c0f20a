"""Two-way intervals: against closed forms, and see `tests.validity` for simulated coverage."""

from __future__ import annotations

import numpy as np
import pytest

from evalsite.tasks.analysis.two_way import (
    Floats,
    Ints,
    Variance,
    image_covariance,
    moved_mean,
    sums,
    together,
)
from tests.support.agreement import agrees


def mean_over_raters(answers: Floats, raters: Ints, images: Ints, **kinds: Ints) -> tuple[float, Variance]:
    """The mean of one condition with its variance."""
    moved = moved_mean(answers, raters, images, **kinds)
    return moved.value, together({"": moved}).variances[""]


def test_scores_are_added_up_by_all_keys() -> None:
    scores = np.array([[1.0], [2.0], [4.0], [8.0]])
    raters, images = np.array([0, 0, 1, 1]), np.array([5, 7, 5, 5])
    assert sums(scores, raters).ravel().tolist() == [3, 12]
    assert sums(scores, raters, images).ravel().tolist() == [1, 2, 12]


def test_without_images_in_common_only_raters_vary() -> None:
    answers = np.random.default_rng(0).random(200)
    _, variance = mean_over_raters(answers, np.repeat(np.arange(20), 10), np.arange(200))
    # Each image was seen once: what it adds is the correction I / (I - 1) alone.
    assert variance.images == pytest.approx(variance.raters / 200, rel=1.0)
    assert (variance.n_raters, variance.n_images) == (20, 200)


def test_two_raters_who_judge_alike_vary_over_images_alone() -> None:
    """By hand: scores are (y - .5) / 4 / 2, doubled by the two raters."""
    answers = np.array([0.0, 1.0, 0.0, 1.0] * 2)
    value, variance = mean_over_raters(answers, np.repeat([0, 1], 4), np.tile(np.arange(4), 2))
    assert value == 0.5
    assert variance.raters == 0
    score = 0.5 / 4 / 2
    expected = 4 / 3 * 4 * (2 * score) ** 2 - 8 * score**2
    agrees(variance.images, expected, against="by hand", rel=1e-9, of="two-way variance")


def test_a_pair_is_counted_once_though_it_has_two_images() -> None:
    """One rater, pairs that share no image: nothing but the correction is left of an image's part."""
    scores = np.array([[0.3], [-0.2], [-0.1]])
    images = np.array([[0, 1], [2, 3], [4, 5]])
    found = image_covariance(scores, np.zeros(3, dtype=np.int64), images)
    squares = float((scores**2).sum())
    assert found.item() == pytest.approx(2 * squares * (6 / 5) - 2 * squares)


def test_a_fixed_difference_of_two_kinds_is_no_variance_over_images() -> None:
    answers = np.tile([0.0, 0.0, 1.0, 1.0], 10)
    raters, images = np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10)
    _, plain = mean_over_raters(answers, raters, images)
    _, by_kind = mean_over_raters(answers, raters, images, strata=(images >= 2).astype(np.int64))
    assert plain.images > 0
    assert by_kind.images == 0
    assert by_kind.n_images == 2
